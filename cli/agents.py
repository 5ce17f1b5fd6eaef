"""`cogov agents`: what each kind of person is, decides and has."""

from dataclasses import asdict
from typing import Annotated

import typer

from ..engine.parameters import UserError
from ..engine.toml_reader import guess
from .options import Json, app, out, print_json


@app.command(rich_help_panel="Look")
def agents(
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="one kind, e.g. residents; else all", show_default=False)
    ] = "",
    json: Json = False,
):
    """Show what each kind of person is, decides and has: attributes, rules with their formulas, knobs, who asks for its hours."""
    from ..model.agent_catalogue import KINDS, describe_agents, describe_kind
    from ..viz.text.agent_tables import agent_tables

    if kind and kind not in KINDS:
        raise UserError(f"no kind of person is called {kind!r}{guess(kind, KINDS)}")
    kinds = [describe_kind(kind)] if kind else describe_agents()
    if json:
        return print_json([asdict(one) for one in kinds])
    for part in agent_tables(kinds):
        out.print(part)
