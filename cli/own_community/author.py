"""Commands for authors: `cogov new` writes a skeleton of a mechanism or a case, `cogov check` checks one."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from ...engine.texts.errors import UserError
from ..options import COMMUNITY, Json, app, err, out, print_json, progress

if TYPE_CHECKING:
    from ...experiments.comparison.mechanism_contract import Promise

SKELETONS = Path(__file__).parent / "skeletons"
# words of the skeleton and what stands instead in a mechanism of cogov's own, which imports by relative names
SHIPPED = {
    "from cogov.engine.": "from ...engine.",
    "from cogov.model.mechanisms import Count, Mechanism\n": "",
    "from cogov.model.resources.levers import ALL, COMMITTEE, MechanismHand\n": (
        "from ..resources.levers import ALL, COMMITTEE\n"
    ),
    "from cogov.model.world import World\n": "from . import Count, Mechanism\n",
    "m: MechanismHand, w: World": "m, w",
}
new = typer.Typer(help="Write the skeleton of a mechanism or a case of your own.", no_args_is_help=True)
check = typer.Typer(
    help="Check a mechanism or a case of your own; say what is missing.", no_args_is_help=True
)
app.add_typer(new, name="new", rich_help_panel=COMMUNITY)
app.add_typer(check, name="check", rich_help_panel=COMMUNITY)

Folder = Annotated[Path, typer.Option("--folder", help="Folder for the file.")]


def write_skeleton(kind: str, path: Path, words: dict[str, str]) -> None:
    """Write a skeleton with words replaced. Raises UserError if the file exists."""
    if path.exists():
        raise UserError("{path} exists; choose another name or folder", path=path)
    text = (SKELETONS / f"{kind}.txt").read_text(encoding="utf-8")
    for before, after in words.items():
        text = text.replace(before, after)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    out.print(f"{path} is written.", highlight=False, soft_wrap=True)


@new.command("mechanism")
def new_mechanism(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the mechanism, e.g. night_watch.")],
    folder: Folder = Path("mechanisms"),
) -> None:
    """Write NAME.py, a mechanism that runs, to be filled in."""
    from ...model import mechanisms

    if not name.isidentifier() or name != name.lower():
        raise UserError("{name!r} cannot name a mechanism; use lower-case letters, digits and _", name=name)
    if name in mechanisms.list_known():
        raise UserError("a mechanism is called {name!r} already; choose another name", name=name)
    words = {
        "TITLE": name.replace("_", " ").capitalize(),
        "CLASS": "".join(map(str.capitalize, name.split("_"))),
    }
    shipped = folder.resolve() == Path(mechanisms.__path__[0]).resolve()
    write_skeleton("mechanism", folder / f"{name}.py", words | SHIPPED if shipped else words)
    steps = (
        f"Its plain twin goes into reference/mechanisms/{name}.py."
        if shipped
        else f"Commands find it with COGOV_MECHANISMS={folder}, as in "
        f"`COGOV_MECHANISMS={folder} cogov compare guiyuan --mechanism {name}`."
    )
    out.print(
        f"Next: fill it in, then `cogov check mechanism {folder / name}.py`.\n{steps}",
        highlight=False,
        soft_wrap=True,
    )


@check.command("mechanism")
def check_mechanism(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a mechanism, or path of its file.")],
    as_json: Json = False,
) -> None:
    """Check that a mechanism keeps the promises of all mechanisms; takes a minute or two.

    Exit status 1 if it breaks one.
    """
    from ...experiments.comparison import mechanism_contract
    from ...model import mechanisms
    from ...reference.mechanisms import list_twins

    path = Path(name)
    if path.suffix == ".py":
        if not path.is_file():
            raise UserError("{path} is not a file", path=path)
        folder = str(path.resolve().parent)
        if folder not in map(os.path.realpath, mechanisms.__path__):
            mechanisms.__path__.append(folder)
        name = path.stem
    with progress() as bar:
        task = bar.add_task(f"{name}: runs", total=4)
        promises = mechanism_contract.check_mechanism(name, lambda: bar.advance(task))
    if mechanisms.is_shipped(mechanisms.load_class(name)):
        twin = f"reference/mechanisms/{name}.py"
        there = name in list_twins()
        remark = f"`pytest tests/contract/test_twin.py` compares {twin}" if there else f"{twin} is missing"
        promises.append(mechanism_contract.Promise("it has a plain twin in reference/", there, remark))
    report(name, promises, as_json)


@check.command("case")
def check_case(
    path: Annotated[str, typer.Argument(metavar="FILE", help="Path of a case file, or name of a case.")],
    as_json: Json = False,
) -> None:
    """Check a case file: whether it runs, and which texts it lacks. Exit status 1 if something is missing."""
    from ...experiments.comparison import mechanism_contract

    report(path, mechanism_contract.check_case(path), as_json)


def report(name: str, promises: "list[Promise]", as_json: bool) -> None:
    """Print promises as a table, or as JSON; exit with status 1 if one is broken."""
    broken = [promise for promise in promises if not promise.kept]
    if as_json:
        print_json({"name": name, "kept": not broken, "promises": [vars(promise) for promise in promises]})
    else:
        table = Table("", "promise", "remark", box=None, padding=(0, 2, 0, 0))
        for promise in promises:
            mark = Text("yes", style="green") if promise.kept else Text("NO", style="bold red")
            table.add_row(mark, promise.words, Text(promise.remark))
        out.print(table)
        err.print(
            f"{name}: {len(broken)} of {len(promises)} promises are broken."
            if broken
            else f"{name}: all kept."
        )
    if broken:
        sys.exit(1)
