"""What a mechanism of a user's own may not do, found on the day it does it and named with its file; those that ship are tested instead.

Plain Python is handed columns that cannot be written. A kernel could write them all the same: it is tried first, once in a process,
in a small community where checksums are compared every day, which would make a run a third slower. What is asked for and what is
pulled must be numbers that a day can work with, in every run and every day.
"""

import re
import sys
from dataclasses import replace
from zlib import crc32

import numpy as np

from ..engine.jit import Kernel, outer_kernel, specialise
from ..engine.parameters import UserError
from .mechanisms import gist, ships, where
from .resources.levers import LEVERS, OF_ISSUES, SIGNED

REPLACED = ("issues", "rows", "ended", "log")  # what kernels replace by larger ones
HANDED = {"wants", "shares", "pulls", "lever", *REPLACED}  # of a state: what mechanisms write, and what grows
MOST = np.array(
    [10.0 if lever in ("voice", "keep", "reach", "consent", "ease") else 1e6 for lever in LEVERS]
)  # e^10 times as many issues are the most that a day can hold
LEAST = np.where([lever in SIGNED for lever in LEVERS], -MOST, 0.0)
TRIAL, DAYS = "trial of a mechanism", 60  # the small community, and the days that it is lived for
TRIED = set()  # kinds of mechanisms that this process has tried, or is trying


class ReadOnly:
    """A world as plain Python of a user's own sees it: the same columns, of which none can be written.

    Columns are kept from one look to the next, those in REPLACED until the next step, for a look at those takes 20 us.
    """

    def __init__(self, world):
        self._world, self._kept, self._step = world, {}, {}

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if name in REPLACED:
            kept = self._step
        elif name in self._world.state._fields and name != "day":
            kept = self._kept
        else:
            return read_only(getattr(self._world, name))
        if name not in kept:
            kept[name] = read_only(getattr(self._world, name))
        return kept[name]


def read_only(part):
    """The same array, or tuple of arrays, that cannot be written; anything else as it is."""
    if isinstance(part, np.ndarray):
        part = part.view()
        part.flags.writeable = False
    elif isinstance(part, tuple):
        inner = map(read_only, part)
        part = type(part)(*inner) if hasattr(part, "_fields") else tuple(inner)
    return part


def begin(name, mechanism, world, luck):
    """The columns that a mechanism begins with. Raises UserError where one of a user's own fails."""
    if ships(type(mechanism)):
        return mechanism.begin(world, luck)
    try:
        return mechanism.begin(ReadOnly(world), luck)
    except (Exception, SystemExit) as error:
        raise UserError(f"{where(error, file_of(mechanism))}: {name}.begin failed: {gist(error)}") from error


def guard_step(one, step, function):
    """The function of a step of `one` (acting.Acting), a mechanism of a user's own, that raises UserError for what it may not do."""
    kernel, place, world, step_of = (
        hasattr(function, "py_func"),
        file_of(one.mechanism),
        one.world,
        one.plain[1]._step,
    )
    call = compile_kernel(one, step, function) if kernel else function
    look = kernel and world.scenario.name == TRIAL
    if kernel and Kernel.plan is None:  # no kernel runs while it is found out which are needed
        try_out(one.name, one.mechanism)

    def watch(m, w):
        before = checksums(world) if look else {}
        step_of.clear()
        try:
            call(m, w)
        except (Exception, SystemExit) as error:
            raise failure(where(error, place), one.name, step, world, gist(error)) from error
        if look and (changed := [name for name, told in checksums(world).items() if told != before[name]]):
            raise failure(
                place,
                one.name,
                step,
                world,
                f"wrote {', '.join(changed[:3])} of the world; a mechanism writes its want, its levers and, in learn, its own columns",
            )

    return watch


def try_out(name, mechanism):
    """Live some weeks of a small, busy community with a mechanism of a user's own, once in a process, to see that it writes nothing but its own."""
    from .scenario import Scenario
    from .simulate import simulate

    kind, plain = type(mechanism), Scenario(name=TRIAL, days=DAYS)
    if kind not in TRIED:
        TRIED.add(kind)
        busy = {
            category: replace(one, rate=min(8.0 * one.rate, 1.0)) for category, one in plain.issues.items()
        }
        try:
            simulate(
                replace(plain, issues=busy, mechanisms={name: replace(mechanism, begins=0, ends=DAYS)}), 0
            )
        except BaseException:
            TRIED.discard(kind)
            raise


def failure(place, name, step, world, words):
    trial = " of a trial in a small community" if world.scenario.name == TRIAL else ""
    return UserError(f"{place}: {name}.{step} on day {world.day}{trial}: {words}")


def number_check(world, acting):
    """A function that raises UserError where one of a user's own among `acting` asks for or pulls what a day cannot work with; None if there is none."""
    untested = np.array([not one.tested for one in acting], bool)
    if not untested.any():
        return None
    find = specialise(find_wrong, world.live, untested, LEAST, MOST)

    def check():
        found = find(world.live, untested, LEAST, MOST)
        if found >= 0:
            raise wrong_number(world, found)

    return check


def wrong_number(world, found):
    """The UserError of a wrong number, as `find_wrong` found it."""
    m, lever = divmod(found, len(LEVERS) + 1)
    name = sorted(world.chosen)[m]
    place, hand = file_of(world.chosen[name]), world.hands[name]
    step, what, column = (
        ("pull", f"lever.{LEVERS[lever]}", hand.lever[lever])
        if lever < len(LEVERS)
        else ("ask", "want", hand.want)
    )
    least, most, allowed = 0.0, sys.float_info.max, "allowed are finite numbers, none below 0"
    if lever < len(LEVERS):
        least, most = LEAST[lever], MOST[lever]
        allowed = f"allowed is {least:,.0f} to {most:,.0f}"
    wrong = next(value for value in column.ravel().tolist() if not least <= value <= most)
    return failure(place, name, step, world, f"{what} holds {wrong:g}; {allowed}")


@outer_kernel
def find_wrong(w, untested, least, most):
    """The first wrong number of today, as mechanism * (levers + 1) + lever, where the last stands for what is asked for; -1 if there is none."""
    wants, pulls = w.wants, w.pulls
    for m in range(len(untested)):
        for role in range(wants.shape[1] if untested[m] else 0):
            for c in range(wants.shape[2]):
                if not 0.0 <= wants[m, role, c] < np.inf:
                    return m * (len(pulls) + 1) + len(pulls)
    for lever in range(len(pulls)):
        who, rows = pulls[lever].who, pulls[lever].rows
        size = len(w.issues) if lever in OF_ISSUES else rows.shape[1]
        for m in range(len(who)):
            for i in range(size if untested[who[m]] else 0):
                if not least[lever] <= rows[m, i] <= most[lever]:
                    return who[m] * (len(pulls) + 1) + lever
    return -1


def compile_kernel(one, step, function):
    """A kernel of a user's own, compiled. Raises UserError with its file and line, for numba's own words fill a screen."""
    try:
        return specialise(function, *one.handed)
    except Exception as error:
        place, lines = (
            file_of(one.mechanism),
            [line.strip() for line in str(error).splitlines() if line.strip()],
        )
        at = re.search(rf"{re.escape(place)}\W+(?:line )?(\d+)", str(error))
        words = next((line for line in lines if not line.startswith("Failed in")), type(error).__name__)
        raise UserError(
            f"{place}{f':{at[1]}' if at else ''}: {one.name}.{step} does not compile: {words}"
        ) from error


def file_of(mechanism):
    """The file that a mechanism's class stands in; the class's name where it stands in none."""
    kind = type(mechanism)
    return (
        getattr(sys.modules.get(kind.__module__), "__file__", None)
        or f"{kind.__module__}.{kind.__qualname__}"
    )


def checksums(world):
    """column -> checksum, of all that a mechanism may read and not write."""
    columns = {
        **dict(
            iter_arrays(
                {name: part for name, part in world.state._asdict().items() if name not in HANDED}, ""
            )
        ),
        "issues": world.issues,
    }
    return {
        name: crc32(np.ascontiguousarray(column)) if column.size else 0 for name, column in columns.items()
    }


def iter_arrays(part, name):
    """(name, array) of every array in tuples of columns, or dicts of them; plain numbers do not change.

    Raises UserError for anything else.
    """
    if isinstance(part, tuple):
        part = part._asdict() if hasattr(part, "_asdict") else dict(enumerate(part))
    for own, one in part.items():
        if isinstance(one, np.ndarray) and not one.dtype.hasobject:
            yield f"{name}{own}", one
        elif isinstance(one, (tuple, dict)):
            yield from iter_arrays(one, f"{name}{own}.")
        elif not isinstance(one, (int, float, str, np.generic)):
            raise UserError(
                f"{name}{own} is a {type(one).__name__}: a community can be saved and copied where mechanisms keep "
                "arrays of numbers, and tuples of them"
            )
