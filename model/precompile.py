"""Compile ahead, on all cores: plan which kernels a case needs, and compile them into the cache on disk.

A separate process builds a village in plain Python, without numba, and records which kernel is called with
which types (`Plan`). Other processes then compile one kernel each, the largest first; this process and its
workers load the results from the cache. Where no process can be started or no cache can be written, every
kernel is compiled when it is first called, one by one.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import import_module
from queue import SimpleQueue
from typing import Any

import numpy as np

from ..engine import kernel_store, source_digests
from ..engine.cores import count_cores
from ..engine.jit import Kernel
from .initial_community import construct_community

MAKE_STRUCT = (f"{source_digests.PACKAGE}.engine.kernel_structs", "make_struct")
# these take longest, and come first
LARGEST = ("spend_evening", "spend_day", "spend_night", "share_out", "morning", "measure_day")
ENGINE = "engine"  # what every case needs; in addition, each mechanism by name, and STREET for a city
STREET = "street"


# ----------------------------------------------------------------------------------- what is needed


class PlannedStruct:
    """A stand-in for a struct while a plan is made: the columns by name, and fields that can be written."""

    def __init__(self, columns: Any) -> None:
        self.columns, self.address = columns, 0
        self.__dict__.update(columns._asdict())


class Plan:
    """A record of every kernel that Python calls and the types of its arguments.

    Kernels are run in plain Python, for what they return.
    """

    def __init__(self) -> None:
        self.jobs: dict[
            tuple, None
        ] = {}  # ((module, name) of a kernel, types of its arguments) -> None, in order
        self.depth = 0

    def note(self, kernel: Any, arguments: tuple) -> None:
        """Record a kernel and the types of its arguments, unless a kernel calls it."""
        if not self.depth:
            self.jobs[qualified_name(kernel), tuple(map(outline, arguments))] = None

    def call(self, kernel: Any, arguments: tuple) -> Any:
        """Record a kernel, and run it in plain Python."""
        self.note(kernel, arguments)
        self.depth += 1
        try:
            return kernel.py_func(*arguments)
        finally:
            self.depth -= 1

    def struct(self, columns: tuple) -> PlannedStruct:
        """Record that a struct of `columns` is made, and return a stand-in for it."""
        self.jobs[MAKE_STRUCT, (outline(columns),)] = None
        return PlannedStruct(columns)

    def bind(self, kernel: Callable, arguments: tuple) -> Callable:
        """Record a kernel that is specialised to its arguments, and return it."""
        self.note(kernel, arguments)
        return kernel


def outline(argument: object) -> tuple:
    """Describe the type of an argument in a form that JSON can hold: a word, and its details."""
    if isinstance(argument, np.ndarray):
        layout = "C" if argument.flags.c_contiguous else "F" if argument.flags.f_contiguous else "A"
        descr, flags = np.lib.format.dtype_to_descr(argument.dtype), argument.flags
        dtype = descr if isinstance(descr, str) else tuple(descr), argument.dtype.isalignedstruct
        return "array", dtype, argument.ndim, layout, not flags.writeable, flags.aligned
    if isinstance(argument, PlannedStruct):
        return "struct", argument.columns._fields, tuple(map(outline, argument.columns))
    if isinstance(argument, tuple) and hasattr(argument, "_fields"):
        return "named", *qualified_name(type(argument)), tuple(map(outline, argument))
    if isinstance(argument, tuple):
        return "tuple", tuple(map(outline, argument))
    return "number", *qualified_name(type(argument))


def qualified_name(definition: Any) -> tuple[str, str]:
    """Return the names by which `find` finds a class or a kernel: of its module, and in it."""
    return definition.__module__, definition.__qualname__


def find(module: str, name: str) -> Any:
    """Return the object of that name in a module."""
    target = import_module(module)
    for part in name.split("."):
        target = getattr(target, part)
    return target


def plan_kernels(names: list[str]) -> list[tuple]:
    """List the kernels that a run with the mechanisms `names` calls, the largest first.

    Each is ((module, name), types of its arguments). A small village is built in plain Python for it.
    `STREET` among the names stands for what a city needs in addition. Only for a process that does nothing
    else: it can run no kernel afterwards.
    """
    Kernel.plan = plan = Plan()
    from ..engine.randomness import RandomNumbers
    from . import activities, daily_counts, day, mechanisms, simulate, street, world
    from .measures import issue_times
    from .resources.calendar import CalendarParameters, InitialIssues
    from .resources.levers import Levers
    from .scenarios.scenario import Scenario

    chosen = {name: mechanisms.load_class(name)() for name in names if name not in (ENGINE, STREET)}
    village = Scenario(
        calendar=CalendarParameters(staff_leaving_rate=1.0),
        mechanisms=chosen,
        initial_issues=(InitialIssues("litter", 1),),
    )
    with np.errstate(over="ignore"):  # 64 bits are meant to overflow
        community = construct_community(village)
        day_0 = world.start_run(community, village, RandomNumbers("plan"))
        live = day_0.live
        kernel: Kernel
        tables = world.tables_of(day_0.link(day.DAY), day_0.link(day.LATE))
        records = np.zeros((0, 0)), activities.new_daily_counts(village)
        plan.note(world.run_days, (*tables, live, 0, *records))
        plan.note(world.keep_counts, (live, *records))
        for kernel in (
            daily_counts.measure_day,
            daily_counts.opinions_by_building,
            world.growing_columns,
            world.room_lacking,
            world.day_of,
        ):
            plan.note(kernel, (live,))
        plan.note(
            world.regrow_pulls,
            (live, Levers(*map(PlannedStruct, day_0.state.pulls)), PlannedStruct(day_0.state.lever)),
        )
        plan.note(
            simulate.gather_issues,
            (day_0.state.ended, day_0.state.gone[0], day_0.state.issues, np.zeros(0, np.int64)),
        )
        issues = day_0.state.issues
        plan.note(issue_times.select_rows, (issues, issues["id"] == 0))
        for kernel in (street.waiting_issues, street.leavers) if STREET in names else ():
            plan.note(kernel, (live,))
    return sorted(plan.jobs, key=lambda job: job[0][1] not in LARGEST)


# ------------------------------------------------------------------------------------ the processes


def type_of(outlined: tuple) -> Any:
    """Return the numba type that `outline` described."""
    import numba
    from numba.core import types

    from ..engine.kernel_structs import Struct

    word, *of = outlined
    if word == "array":
        dtype, dimensions, layout, readonly, aligned = of
        names, align = dtype
        dtype = np.dtype(
            names if isinstance(names, str) else [tuple(field) for field in names if field[0]], align=align
        )
        return types.Array(numba.from_dtype(dtype), dimensions, layout, readonly=readonly, aligned=aligned)
    if word == "number":
        return numba.typeof(find(*of)(0))
    *names, inner = of
    inner = tuple(map(type_of, inner))
    if word == "struct":
        return Struct(tuple(zip(*names, inner)))
    return types.BaseTuple.from_types(inner, find(*names) if word == "named" else None)


def compile_one(job: tuple) -> list[str]:
    """Compile one kernel of a plan, or load it from disk; return the names of all kernels that were compiled.

    Kernels that it calls are among them.
    """
    from ..engine.kernel_cache import KernelCache

    kernel, kinds = job
    before = len(KernelCache.compiled)
    find(*kernel).compile(tuple(map(type_of, kinds)))
    return KernelCache.compiled[before:]


def serve_plan() -> None:
    """Print the plan for the names read from standard input: the work of one process."""
    print(json.dumps(plan_kernels(json.load(sys.stdin))))


def serve_jobs() -> None:
    """Compile the jobs read from standard input, and print what was compiled: the work of one process."""
    answers, sys.stdout = sys.stdout, sys.stderr
    from ..engine import kernel_structs  # noqa: F401  loads numba while the plan is being made

    for line in sys.stdin:
        print(json.dumps(compile_one(json.loads(line))), file=answers, flush=True)


def start_worker(work: str) -> subprocess.Popen:
    """Start a process of this Python that runs the function of this module called `work`."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import {work}; {work}()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )


def prepare(names: list[str], progress: Callable[[int, int], object] | None = None) -> list[str]:
    """Compile what a run with the mechanisms `names` needs and the cache lacks; return the kernels' names.

    `progress(done, of)`, if given, is called after every kernel. There is one process per core.
    """
    wanted = parts_to_compile(names)
    if is_prepared(names) or kernel_store.writable() is None:
        return []
    workers, compiled = [], []
    try:
        planner = start_worker("serve_plan")
        workers += [start_worker("serve_jobs") for _ in range(count_cores())]
        plan = json.loads(planner.communicate(json.dumps(wanted))[0])
        idle: SimpleQueue[subprocess.Popen] = SimpleQueue()
        for worker in workers:
            idle.put(worker)
        with ThreadPoolExecutor(len(workers)) as pool:
            asked = [pool.submit(run_job, idle, job) for job in plan]
            for done, answer in enumerate(as_completed(asked)):
                compiled += answer.result()
                if progress:
                    progress(done + 1, len(plan))
    except (OSError, ValueError):
        return compiled  # no process could be started, or one ended: the rest is compiled when it is called
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    for name in wanted:
        kernel_store.mark(name, digest_of(name))
    return compiled


def ensure_compiled(names: list[str]) -> None:
    """Call `prepare`, and say so on standard error where it takes long; for use of cogov from Python."""
    if not is_prepared(names) and kernel_store.writable():
        print(
            "cogov: compiling the engine, once; this takes about half a minute ...",
            file=sys.stderr,
            flush=True,
        )
        prepare(names)


def run_job(idle: SimpleQueue, job: list) -> list[str]:
    """Send a job to a process from the queue `idle`, and return its answer."""
    worker = idle.get()
    try:
        print(json.dumps(job), file=worker.stdin, flush=True)
        return json.loads(worker.stdout.readline())
    finally:
        idle.put(worker)


def is_prepared(names: list[str]) -> bool:
    """Whether all that a run with the mechanisms `names` needs has been compiled into the cache."""
    return all(kernel_store.is_marked(name, digest_of(name)) for name in parts_to_compile(names))


def parts_to_compile(names: list[str]) -> list[str]:
    """List what to compile ahead: the engine, and those of `names` that have a file.

    A class in a script is compiled when it is called.
    """
    return [
        ENGINE,
        *(
            name
            for name in names
            if name == STREET or source_digests.find_source(f"{source_digests.MECHANISMS_PACKAGE}.{name}")
        ),
    ]


def digest_of(name: str) -> str:
    """Return the digest of the sources that the kernels of a mechanism, of ENGINE or of STREET depend on."""
    engine, mechanism = (
        f"{source_digests.PACKAGE}.model.street",
        f"{source_digests.MECHANISMS_PACKAGE}.{name}",
    )
    modules = [engine] if name in (ENGINE, STREET) else [engine, mechanism]
    digests = []
    for module in modules:
        source = source_digests.find_source(module)
        assert source, module
        digests.append(str(kernel_store.digest(*source)))
    return "-".join(digests)
