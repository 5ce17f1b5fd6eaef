"""Compiling ahead, on all cores: which kernels a case needs, and processes that compile them into the cache on disk.

A process of its own founds a village in plain Python, without numba, and notes which kernel is called with which types
(`Plan`). Others then compile one kernel each, the largest first; what they keep, this process and its workers load.
Where no process can be started or nothing can be kept, every kernel is compiled when it is first called, one by one.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from importlib import import_module
from queue import SimpleQueue

import numpy as np

from ..engine import kernel_store, source_digests
from ..engine.cores import count_cores
from ..engine.jit import Kernel
from .initial_community import construct_community

MAKE_STRUCT = (f"{source_digests.PACKAGE}.engine.kernel_structs", "make_struct")
LARGEST = ("move_world", "share_out", "morning", "measure_day")  # these take longest, and come first
ENGINE = "engine"  # what every case needs; beside it, each mechanism by name, and STREET for a city
STREET = "street"


# ----------------------------------------------------------------------------------- what is needed


class PlannedStruct:
    """Stands for a struct while a plan is made: the columns by name, and fields that can be written."""

    def __init__(self, columns):
        self.columns = columns
        self.__dict__.update(columns._asdict())


class Plan:
    """Notes every kernel that Python calls and the types of its arguments; runs it in Python for what it returns."""

    def __init__(self):
        self.jobs, self.depth = (
            {},
            0,
        )  # ((module, name) of a kernel, types of its arguments) -> None, in order

    def note(self, kernel, arguments):
        if not self.depth:
            self.jobs[qualified_name(kernel), tuple(map(outline, arguments))] = None

    def call(self, kernel, arguments):
        self.note(kernel, arguments)
        self.depth += 1
        try:
            return kernel.py_func(*arguments)
        finally:
            self.depth -= 1

    def struct(self, columns):
        self.jobs[MAKE_STRUCT, (outline(columns),)] = None
        return PlannedStruct(columns)

    def bind(self, kernel, arguments):
        self.note(kernel, arguments)
        return kernel


def outline(argument):
    """The type of an argument as what JSON can hold: a word, and what belongs to it."""
    if isinstance(argument, np.ndarray):
        layout = "C" if argument.flags.c_contiguous else "F" if argument.flags.f_contiguous else "A"
        dtype, flags = np.lib.format.dtype_to_descr(argument.dtype), argument.flags
        dtype = dtype if isinstance(dtype, str) else tuple(dtype), argument.dtype.isalignedstruct
        return "array", dtype, argument.ndim, layout, not flags.writeable, flags.aligned
    if isinstance(argument, PlannedStruct):
        return "struct", argument.columns._fields, tuple(map(outline, argument.columns))
    if isinstance(argument, tuple) and hasattr(argument, "_fields"):
        return "named", *qualified_name(type(argument)), tuple(map(outline, argument))
    if isinstance(argument, tuple):
        return "tuple", tuple(map(outline, argument))
    return "number", *qualified_name(type(argument))


def qualified_name(thing):
    """The names by which a class or a kernel is found again: of its module, and in it."""
    return thing.__module__, thing.__qualname__


def find(module, name):
    """What is called so."""
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def plan_kernels(names):
    """The kernels that a run with the mechanisms `names` calls: ((module, name), types of its arguments) each, the largest first.

    A small village is founded in Python for it. `STREET` among the names is what a city needs beside. For a process that
    does nothing else: it can run no kernel afterwards.
    """
    Kernel.plan = plan = Plan()
    from ..engine.randomness import RandomNumbers
    from . import day, measures, mechanisms, simulate, street, world
    from .resources.calendar import CalendarParameters, InitialIssues
    from .resources.levers import Levers
    from .scenario import Scenario

    chosen = {name: mechanisms.mechanism_class(name)() for name in names if name not in (ENGINE, STREET)}
    village = Scenario(
        calendar=CalendarParameters(leaving=1.0), mechanisms=chosen, outset=(InitialIssues("litter", 1),)
    )
    with np.errstate(over="ignore"):  # 64 bits are meant to overflow
        community = construct_community(village)
        begun = world.start_run(community, village, RandomNumbers("plan"))
        live = begun.live
        for kernel in (
            day.morning,
            day.share_out,
            day.move_world,
            measures.measure_day,
            world.replace_issues,
        ):
            plan.note(kernel, (live,))
        plan.note(
            world.regrow_pulls,
            (live, Levers(*map(PlannedStruct, begun.state.pulls)), PlannedStruct(begun.state.lever)),
        )
        plan.note(
            simulate.gather_issues,
            (begun.state.ended, begun.state.gone[0], begun.state.issues, np.zeros(0, np.int64)),
        )
        for kernel in (street.waiting_issues, street.leavers) if STREET in names else ():
            plan.note(kernel, (live,))
    return sorted(plan.jobs, key=lambda job: job[0][1] not in LARGEST)


# ------------------------------------------------------------------------------------ the processes


def type_of(outlined):
    """The numba type that `outline` has put into words."""
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


def compile_one(job):
    """Compile one kernel of a plan, or find it on disk; the names of those that were compiled, parts of it included."""
    from ..engine.kernel_cache import KernelCache

    kernel, kinds = job
    before = len(KernelCache.compiled)
    find(*kernel).compile(tuple(map(type_of, kinds)))
    return KernelCache.compiled[before:]


def serve_plan():
    """A process's work: print the plan for the names that it reads."""
    print(json.dumps(plan_kernels(json.load(sys.stdin))))


def serve_jobs():
    """A process's work: compile what it reads, job by job, and answer with the names of what it had to compile."""
    answers, sys.stdout = sys.stdout, sys.stderr
    from ..engine import kernel_structs  # noqa: F401  while the plan is being made

    for line in sys.stdin:
        print(json.dumps(compile_one(json.loads(line))), file=answers, flush=True)


def start(work):
    """A process of this Python that does the work of that name."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import {work}; {work}()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code], **pipes, encoding="utf-8")


def prepare(names, progress=None):
    """Compile what a run with the mechanisms `names` needs, unless it is there; the names of kernels that were compiled.

    `progress(done, of)`, if given, is called as it goes. One process a core does it.
    """
    wanted = parts_to_compile(names)
    if is_prepared(names) or kernel_store.writable() is None:
        return []
    workers, compiled = [], []
    try:
        planner = start("serve_plan")
        workers += [start("serve_jobs") for _ in range(count_cores())]
        plan = json.loads(planner.communicate(json.dumps(wanted))[0])
        idle = SimpleQueue()
        for worker in workers:
            idle.put(worker)
        with ThreadPoolExecutor(len(workers)) as pool:
            asked = [pool.submit(ask, idle, job) for job in plan]
            for done, answer in enumerate(as_completed(asked)):
                compiled += answer.result()
                if progress:
                    progress(done + 1, len(plan))
    except (OSError, ValueError):
        return compiled  # no processes here, or one ended: the rest is compiled when it is called
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    for name in wanted:
        kernel_store.mark(name, digest_of(name))
    return compiled


def ensure_compiled(names):
    """`prepare`, with a line on standard error where it takes long: for those who call cogov from Python."""
    if not is_prepared(names) and kernel_store.writable():
        print(
            "cogov: compiling the engine, once; this takes about half a minute ...",
            file=sys.stderr,
            flush=True,
        )
        prepare(names)


def ask(idle, job):
    """What a process that is `idle` answers to a job."""
    worker = idle.get()
    try:
        print(json.dumps(job), file=worker.stdin, flush=True)
        return json.loads(worker.stdout.readline())
    finally:
        idle.put(worker)


def is_prepared(names):
    """Whether all that a run with the mechanisms `names` needs was once compiled and kept."""
    return all(kernel_store.is_marked(name, digest_of(name)) for name in parts_to_compile(names))


def parts_to_compile(names):
    """What is to be compiled: the engine, and those of `names` that have a file; a class in a script is compiled when it is called."""
    return [
        ENGINE,
        *(name for name in names if name == STREET or source_digests.find(f"{source_digests.BESIDE}.{name}")),
    ]


def digest_of(name):
    """The digest of the sources that the kernels of a mechanism, of the ENGINE or of a STREET hang on."""
    engine, mechanism = f"{source_digests.PACKAGE}.model.street", f"{source_digests.BESIDE}.{name}"
    modules = [engine] if name in (ENGINE, STREET) else [engine, mechanism]
    return "-".join(str(kernel_store.digest(*source_digests.find(module))) for module in modules)
