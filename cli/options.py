"""Shared by all commands: the application, consoles, shell completion, options, preparation before a run."""

from __future__ import annotations

import os
import shlex
import sys
import warnings
from collections.abc import Iterable
from glob import escape, glob
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from ..engine.output import print_json as print_json  # for the commands
from ..engine.output import readable
from ..engine.texts.errors import UserError
from ..viz.text.console import PlainConsole

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..model.scenarios.scenario import Scenario

LANGUAGE = "COGOV_LANG"  # the environment variable: en or zh
PACKAGE = __package__.partition(".")[0]
PANELS = LOOK, COMPARE, SWEEP, EXPLAIN, COMMUNITY, CITY, PAGE, MAINTAIN = (
    "Look",
    "Compare",
    "Sweep",
    "Explain",
    "Your community",
    "City",
    "Page",
    "Maintain",
)


# ---- shell completion of cases, mechanisms and paths of knobs, without loading the engine

HERE = Path(__file__).parent.parent  # the package's own folder
# written by `cogov docs`, because collecting the paths from the code would take seconds
KNOBS = Path(__file__).with_name("parameter_paths.txt")


def complete_case(incomplete: str) -> list[str]:
    """Complete the name of a shipped case, or the path of a folder or TOML file."""
    shipped = [path.stem for path in (HERE / "experiments" / "cases").glob("*.toml")]
    user_paths = [
        f"{path}/" if os.path.isdir(path) else path
        for path in glob(escape(incomplete) + "*")
        if os.path.isdir(path) or path.endswith(".toml")
    ]
    return sorted(name for name in shipped if name.startswith(incomplete)) + sorted(user_paths)


def complete_mechanism(incomplete: str) -> list[str]:
    """Complete the name of a shipped mechanism, or of one in the folders of COGOV_MECHANISMS."""
    folders = [
        HERE / "model" / "mechanisms",
        *map(Path, filter(None, os.environ.get("COGOV_MECHANISMS", "").split(os.pathsep))),
    ]
    names = {path.stem for folder in folders for path in folder.glob("[!_]*.py")}
    return sorted(name for name in names if name.startswith(incomplete))


def complete_knob(incomplete: str) -> list[str]:
    """Complete the path of a knob up to its next dot, as a shell completes folders."""
    matches = [path for path in KNOBS.read_text("utf-8").split() if path.startswith(incomplete)]
    depth = incomplete.count(".") + 1
    heads = dict.fromkeys(
        ".".join(path.split(".")[:depth]) + "." * (path.count(".") >= depth) for path in matches
    )
    return list(heads)


def complete_setting(incomplete: str) -> list[str]:
    """Complete the `PATH=` of `--set PATH=VALUE`."""
    return [path if path.endswith(".") else f"{path}=" for path in complete_knob(incomplete)]


# ---- the application and the options that commands share


class PanelGroup(TyperGroup):
    """A group of commands whose help lists them panel by panel, in the order of `PANELS`."""

    def list_commands(self, ctx) -> list[str]:
        """Return the names of all commands, sorted by panel."""
        return sorted(
            super().list_commands(ctx), key=lambda name: PANELS.index(self.commands[name].rich_help_panel)
        )


app = typer.Typer(
    cls=PanelGroup,
    help="cogov (共治): same community, same luck, other institutions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench = typer.Typer(
    help="Measure speed, memory and reliability on this machine, and print tables.", no_args_is_help=True
)
app.add_typer(bench, name="bench", rich_help_panel=MAINTAIN)
# a console narrower than 88 columns would cut digits off tables
out, err = PlainConsole(width=max(88, PlainConsole().width)), PlainConsole(stderr=True)

Case = Annotated[
    str,
    typer.Argument(
        help="Name of a case (see `cogov cases`) or path of a .toml file.", autocompletion=complete_case
    ),
]
Lang = Annotated[str, typer.Option("--lang", envvar=LANGUAGE, help="Language, en or zh.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Days = Annotated[int | None, typer.Option(help="Days to simulate; default: as in the case.")]
Seed = Annotated[
    int,
    typer.Option(
        help="Random seed; the same seed gives the same random numbers in every arm (common random numbers)."
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set a knob, e.g. committee.staff=4; repeatable.",
        autocompletion=complete_setting,
    ),
]
On = Annotated[
    list[str] | None,
    typer.Option(
        "--on", metavar="NAME", help="Switch a mechanism on; repeatable.", autocompletion=complete_mechanism
    ),
]
Off = Annotated[
    list[str] | None,
    typer.Option(
        "--off", metavar="NAME", help="Switch a mechanism off; repeatable.", autocompletion=complete_mechanism
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=512,
        help="Number of worker processes; 0 uses only this process. The result does not depend on it.",
    ),
]
Worlds = Annotated[
    int,
    typer.Option(
        min=10, max=10_000, help="Plausible worlds, in each of which what nobody knows is drawn anew."
    ),
]
Fixed = Annotated[
    bool,
    typer.Option(
        "--fixed", help="Only with the numbers of the case: the interval then holds luck and nothing else."
    ),
]
WorldsFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.parquet",
        help="Worlds of your own, as `cogov calibrate` writes them, in place of those that ship.",
    ),
]
Executor = Annotated[str, typer.Option(help="pool (processes on this machine) or dask.")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Address of the Dask scheduler, tls://... or tcp://...")
]
Insecure = Annotated[
    bool,
    typer.Option(
        "--insecure",
        help="Allow tcp:// to a scheduler on another machine; use it only in a network that you control.",
    ),
]
Within = Annotated[
    int, typer.Option(min=1, max=3650, help="Days within which an issue counts as resolved in time.")
]


def show_version(wanted: bool) -> None:
    """Print the version and exit, if wanted."""
    if wanted:
        from ..engine.release import project

        print(f"cogov {project()[0]}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    pass


def prepare_run(
    scenario: Scenario, folder: Path | None, more: Iterable[str] = (), notice: bool = True
) -> None:
    """Check that results can be written to `folder` and that the community can be built, and compile kernels.

    Kernels of the engine, of the scenario's mechanisms and of the mechanisms `more` are compiled on all
    cores: once on a machine, and again when cogov changes. Census numbers that the case leaves out are shown,
    unless the command shows them itself (`notice=False`). Raises UserError if `folder` is not writable.
    """
    from ..engine import kernel_store
    from ..model import precompile
    from ..model.simulate import build_community

    if folder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            raise UserError(
                "--out {folder}: cannot be written to: {reason}",
                folder=folder,
                reason=error.strerror,
            ) from None
    if notice:
        show_left_out(scenario)
    names = sorted({*scenario.mechanisms, *more})
    if not precompile.is_prepared(names):
        if kernel_store.writable() is None:
            err.print(
                f"cogov: {kernel_store.unwritable_message()}", style="yellow", highlight=False, soft_wrap=True
            )
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=rf"{PACKAGE}\.(engine|model)")
        else:
            compile_engine(names)
    build_community(scenario)


def compile_engine(names: Iterable[str]) -> list[str]:
    """Compile the kernels that the mechanisms `names` need, with a progress bar.

    Returns the names of the kernels that were compiled.
    """
    from ..model import precompile

    with progress() as bar:
        task = bar.add_task("Compiling the engine (once)", total=None)
        return precompile.prepare(names, lambda done, of: bar.update(task, completed=done, total=of))


def check_language(lang: str) -> None:
    """Raise UserError unless there are texts in a language."""
    from ..engine.texts import LANGUAGES

    if lang not in LANGUAGES:
        raise UserError("--lang {lang}: there are {languages}", lang=lang, languages=", ".join(LANGUAGES))


def refuse_overwriting_inputs(folder: Path, names: Iterable[str], *inputs: str | Path | None) -> None:
    """Raise UserError if writing files with these names to `folder` would overwrite one of the inputs."""
    for path in (folder / name for name in names):
        for source in (source for source in inputs if source is not None):
            if path.exists() and Path(source).exists() and path.samefile(source):
                raise UserError(
                    "--out {folder}: would overwrite {source}, which this command reads; name another folder",
                    folder=folder,
                    source=source,
                )


def show_left_out(scenario: Scenario) -> None:
    """Print on standard error the census numbers that a case leaves out, with the values used for them."""
    from ..model.scenarios.scenario import census_of

    numbers, left_out = census_of(scenario)
    if left_out:
        numbers_used = ", ".join(
            f"{path.removeprefix('community.')} {numbers[path]:,.6g}" for path in left_out
        )
        err.print(
            f"{scenario.name}: not given by the case, so derived in proportion to the rest: {numbers_used}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def progress(*more: str) -> Progress:
    """Return a progress bar on standard error that is cleared when done.

    `more` are texts of extra columns, placed before the remaining time.
    """
    from ..viz.text.progress_bars import bar

    return bar(err, *more)


def typed_command() -> str:
    """Return the command as it was typed, for the manifest."""
    return readable(shlex.join(["cogov", *sys.argv[1:]]))
