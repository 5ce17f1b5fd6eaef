"""What the commands share: the application, its two consoles, options that several take, the progress bar."""

import json
import shlex
import sys
import warnings
from math import isfinite
from tempfile import TemporaryFile
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from .model.knobs import ScenarioError

app = typer.Typer(help="cogov (共治): same community, same luck, other institutions.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
bench = typer.Typer(help="Measure cogov on this machine; prints tables, asserts nothing.", no_args_is_help=True)
app.add_typer(bench, name="bench")
out, err = Console(width=max(88, Console().width)), Console(stderr=True)  # narrower, and tables would lose digits

Case = Annotated[str, typer.Argument(help="name of a case (see `cogov cases`) or path of a .toml file")]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Days = Annotated[int | None, typer.Option(help="days to live through")]
Seed = Annotated[int, typer.Option(help="the luck")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="turn a knob, e.g. committee.staff=4; repeatable")]
On = Annotated[list[str] | None, typer.Option("--on", metavar="NAME", help="switch a mechanism on; repeatable")]
Off = Annotated[list[str] | None, typer.Option("--off", metavar="NAME", help="switch a mechanism off; repeatable")]
Workers = Annotated[int | None, typer.Option(min=0, max=512, help="how many work at once; 0 is only this process; the result does not depend on it")]
Executor = Annotated[str, typer.Option(help="pool (of processes on this machine) or dask")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="of the Dask scheduler, tls://... or tcp://...")]
Insecure = Annotated[bool, typer.Option("--insecure", help="let a scheduler beyond this machine be tcp://, where the network is yours alone")]
Within = Annotated[int, typer.Option(min=1, max=3650, help="days that count as in time")]


def ready(scenario, folder, more=()):
    """See that a community can be founded and its results written before anything takes long.

    What of the engine and of the scenario's mechanisms, and `more`, is not compiled yet is compiled here, on all cores:
    once on a machine, and again when cogov changes.
    """
    from .model import kernel_store, precompile
    from .model.simulate import community

    if folder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            raise ScenarioError(f"--out {folder}: nothing can be written there: {error.strerror}") from None
    names = sorted({*scenario.mechanisms, *more})
    if not precompile.is_prepared(names):
        if kernel_store.writable() is None:
            err.print(f"cogov: {kernel_store.unwritable()}", style="yellow", markup=False, highlight=False, soft_wrap=True)
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=f"{__package__}.model")
        else:
            compile_engine(names)
    community(scenario)


def compile_engine(names):
    """Compile what the mechanisms `names` need, with a bar; the names of the kernels that were compiled."""
    from .model import precompile

    with progress() as bar:
        task = bar.add_task("Compiling the engine, once", total=None)
        return precompile.prepare(names, lambda done, of: bar.update(task, completed=done, total=of))


def progress(*more):
    """A bar on standard error, gone when done; `more` columns stand before the time that is left."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *more, TimeRemainingColumn()
    return Progress(*columns, console=err, transient=True)


def command():
    """The command as it was typed, for the manifest."""
    return shlex.join(["cogov", *sys.argv[1:]])


def told(table, orient="index"):
    """A pandas table as JSON text; what does not exist is null."""
    return json.loads(table.to_json(orient=orient))


def plain(numbers):
    """{name: number} for JSON; what does not exist is null."""
    return {name: value if isfinite(value) else None for name, value in numbers.items()}
