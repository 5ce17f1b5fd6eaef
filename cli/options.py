"""What the commands share: the application, its two consoles, options that several take, the progress bar."""

import shlex
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer

from ..engine.output import print_json as print_json  # for the commands, as the next
from ..engine.output import readable
from ..engine.output import safe_streams as safe_streams
from ..engine.parameters import UserError
from ..viz.text.console import PlainConsole
from .completion import complete_case, complete_mechanism, complete_setting

PACKAGE = __package__.partition(".")[0]
app = typer.Typer(
    help="cogov (共治): same community, same luck, other institutions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
bench = typer.Typer(
    help="Measure cogov on this machine; prints tables, asserts nothing.", no_args_is_help=True
)
app.add_typer(bench, name="bench")
out, err = (
    PlainConsole(width=max(88, PlainConsole().width)),
    PlainConsole(stderr=True),
)  # narrower, and tables would lose digits

Case = Annotated[
    str,
    typer.Argument(
        help="name of a case (see `cogov cases`) or path of a .toml file", autocompletion=complete_case
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Days = Annotated[int | None, typer.Option(help="days to live through")]
Seed = Annotated[int, typer.Option(help="the luck")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="turn a knob, e.g. committee.staff=4; repeatable",
        autocompletion=complete_setting,
    ),
]
On = Annotated[
    list[str] | None,
    typer.Option(
        "--on", metavar="NAME", help="switch a mechanism on; repeatable", autocompletion=complete_mechanism
    ),
]
Off = Annotated[
    list[str] | None,
    typer.Option(
        "--off", metavar="NAME", help="switch a mechanism off; repeatable", autocompletion=complete_mechanism
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=0, max=512, help="how many work at once; 0 is only this process; the result does not depend on it"
    ),
]
Executor = Annotated[str, typer.Option(help="pool (of processes on this machine) or dask")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="of the Dask scheduler, tls://... or tcp://...")
]
Insecure = Annotated[
    bool,
    typer.Option(
        "--insecure", help="let a scheduler beyond this machine be tcp://, where the network is yours alone"
    ),
]
Within = Annotated[int, typer.Option(min=1, max=3650, help="days that count as in time")]


def show_version(wanted: bool):
    """Print the version and end."""
    if wanted:
        from ..engine.release import project

        print(f"cogov {project()[0]}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="show the version and exit"),
    ] = False,
):
    pass


def prepare_run(scenario, folder, more=(), notice=True):
    """See that a community can be founded and its results written before anything takes long.

    What of the engine and of the scenario's mechanisms, and `more`, is not compiled yet is compiled here, on all cores:
    once on a machine, and again when cogov changes. Numbers that the case leaves out are shown, unless the command shows
    them itself (`notice`).
    """
    from ..engine import kernel_store
    from ..model import precompile
    from ..model.simulate import build_community

    if folder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            raise UserError(f"--out {folder}: nothing can be written there: {error.strerror}") from None
    if notice:
        show_left_out(scenario)
    names = sorted({*scenario.mechanisms, *more})
    if not precompile.is_prepared(names):
        if kernel_store.writable() is None:
            err.print(f"cogov: {kernel_store.unwritable()}", style="yellow", highlight=False, soft_wrap=True)
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=rf"{PACKAGE}\.(engine|model)")
        else:
            compile_engine(names)
    build_community(scenario)


def compile_engine(names):
    """Compile what the mechanisms `names` need, with a bar; the names of the kernels that were compiled."""
    from ..model import precompile

    with progress() as bar:
        task = bar.add_task("Compiling the engine, once", total=None)
        return precompile.prepare(names, lambda done, of: bar.update(task, completed=done, total=of))


def keep_inputs(folder, names, *inputs):
    """Refuse to write files of these names into a folder where one of them is what the command reads. Raises UserError."""
    for path in (folder / name for name in names):
        for one in (one for one in inputs if one is not None):
            if path.exists() and Path(one).exists() and path.samefile(one):
                raise UserError(
                    f"--out {folder}: would overwrite {one}, which this command reads; name another folder"
                )


def show_left_out(scenario):
    """Say on standard error which numbers of its census a case leaves out, and what was taken for them."""
    from ..model.scenario import census_of

    numbers, left = census_of(scenario)
    if left:
        told = ", ".join(f"{path.removeprefix('community.')} {numbers[path]:,.6g}" for path in left)
        err.print(
            f"{scenario.name}: left out by the case, so taken in proportion: {told}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def progress(*more):
    """A bar on standard error, gone when done; `more` texts of columns stand before the time that is left."""
    from ..viz.text.progress_bars import bar

    return bar(err, *more)


def typed_command():
    """The command as it was typed, for the manifest."""
    return readable(shlex.join(["cogov", *sys.argv[1:]]))
