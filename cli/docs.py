"""Commands that derive files from the code: `cogov docs` and `cogov compile`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from ..engine.texts.errors import UserError
from .completion import KNOBS, complete_mechanism
from .options import MAINTAIN, Json, app, compile_engine, out, print_json


@app.command(rich_help_panel=MAINTAIN)
def docs(
    folder: Annotated[Path, typer.Argument(help="Folder of the documentation.")] = Path("docs"),
) -> None:
    """Regenerate the documentation pages and diagrams that are derived from the code."""
    from ..experiments.comparison.parameter_paths import list_parameters
    from ..viz.figures.agent_diagram import relations
    from ..viz.figures.model_diagrams import levers, lifecycle, save
    from ..viz.text.agent_catalogue import describe_agents
    from ..viz.text.agent_tables import agents_page
    from ..viz.text.evidence_tables import evidence_page
    from ..viz.text.model_pages import measures_page, with_section
    from ..viz.text.parameter_tables import page

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "parameters.md").write_text(page(list_parameters()), encoding="utf-8")
    if folder.resolve() == Path(__file__).parent.parent / "docs":
        KNOBS.write_text(  # for shell completion
            "".join(f"{knob.path}\n" for knob in list_parameters() if not knob.path.startswith("[[")),
            encoding="utf-8",
        )
    save(lifecycle(), folder / "lifecycle.svg")
    save(levers(), folder / "levers.svg")
    save(relations(), folder / "agents.svg")
    (folder / "agents.md").write_text(agents_page(describe_agents()), encoding="utf-8")
    (folder / "evidence.md").write_text(evidence_page(), encoding="utf-8")
    (folder / "measures.md").write_text(measures_page(), encoding="utf-8")
    if (odd := folder / "ODD.md").exists():
        odd.write_text(with_section(odd.read_text(encoding="utf-8")), encoding="utf-8")


@app.command("compile", rich_help_panel=MAINTAIN)
def compile_kernels(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            autocompletion=complete_mechanism,
            metavar="[MECHANISM]...",
            help="Mechanisms to compile for; default: all.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compile the engine ahead of time, for a container or a cluster; list what was compiled.

    Other commands compile what they need when they need it.
    """
    from ..engine import kernel_store
    from ..model import mechanisms, precompile

    names = [mechanisms.load_class(name) and name for name in names or mechanisms.list_mechanisms()]
    folder = kernel_store.writable()
    if folder is None:
        raise UserError(kernel_store.unwritable_message())
    compiled = compile_engine([*names, precompile.STREET])
    if as_json:
        return print_json({"compiled": compiled, "folder": str(folder)})
    for name, count in sorted(Counter(compiled).items()):
        out.print(
            f"{name}{f' (for {count} sets of argument types)' if count > 1 else ''}",
            highlight=False,
            soft_wrap=True,
        )
    out.print(f"{len(compiled)} kernels compiled; kept in {folder}", highlight=False, soft_wrap=True)
