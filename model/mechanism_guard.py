"""Guards on users' mechanisms: one that does what it may not raises an error on that day, naming its file.

Mechanisms that ship are tested instead. Plain Python gets columns that cannot be written. A kernel could
write them all the same: it is tried first, once per process, in a small community where checksums are
compared every day; doing so in every run would make runs a third slower. What is asked for and what is pulled
must be numbers that a day can work with, in every run and every day.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from ..engine.jit import Kernel, outer_kernel, specialise
from ..engine.texts.errors import Message, Translated, UserError
from .mechanisms import is_shipped, locate_error, summarise_error
from .resources.levers import LEVERS, OF_ISSUES, SIGNED

if TYPE_CHECKING:
    from ..engine.randomness import RandomNumbers
    from .mechanism_runtime import ActiveMechanism
    from .world import World

REPLACED = (  # what kernels replace by others
    *("issues", "rows", "ended", "log", "scheduled", "leaving"),
    *("known", "workable", "at_table", "passed_upward", "resolved"),
)
NOT_CHECKED = {
    "wants",
    "shares",
    "counts",
    "pulls",
    "lever",
    *REPLACED,
}  # columns that mechanisms write, or that grow
MOST = np.array(
    [10.0 if lever in ("voice", "keep", "reach", "consent", "ease") else 1e6 for lever in LEVERS]
)  # e^10 times as many issues are the most that a day can hold
LEAST = np.where([lever in SIGNED for lever in LEVERS], -MOST, 0.0)
TRIAL, DAYS = "trial of a mechanism", 60  # the small community, and the days that are simulated
TRIED: set[type] = set()  # classes of mechanisms that this process has tried, or is trying


class ReadOnly:
    """A read-only world for a user's plain Python: the same columns, none of which can be written.

    Columns are cached, those in REPLACED until the next step, because reading those takes 20 us.
    """

    def __init__(self, world: "World") -> None:
        self._world = world
        self._run_cache: dict[str, Any] = {}
        self._step_cache: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in REPLACED:
            cache = self._step_cache
        elif name in self._world.state._fields and name != "day":
            cache = self._run_cache
        else:
            return read_only(getattr(self._world, name))
        if name not in cache:
            cache[name] = read_only(getattr(self._world, name))
        return cache[name]


def read_only(part: Any) -> Any:
    """Return a read-only view of an array, or of every array in a tuple; anything else as it is."""
    if isinstance(part, np.ndarray):
        part = part.view()
        part.flags.writeable = False
    elif isinstance(part, tuple):
        inner = map(read_only, part)
        part = type(part)(*inner) if hasattr(part, "_fields") else tuple(inner)
    return part


def begin(name: str, mechanism: Any, world: "World", random_numbers: "RandomNumbers") -> Any:
    """Return the columns that a mechanism begins with. Raises UserError where a user's mechanism fails."""
    kind: type = type(mechanism)
    if is_shipped(kind):
        return mechanism.begin(world, random_numbers)
    try:
        return mechanism.begin(ReadOnly(world), random_numbers)
    except (Exception, SystemExit) as error:
        raise UserError(
            "{place}: {name}.begin failed: {problem}",
            place=locate_error(error, file_of(mechanism)),
            name=name,
            problem=summarise_error(error),
        ) from error


def guard_step(active: "ActiveMechanism", step: str, function: Callable) -> Callable:
    """Wrap the function of a step of a user's mechanism, to raise UserError for what it may not do."""
    seen = active.python_arguments[1]
    assert isinstance(seen, ReadOnly), active.name
    kernel, place, world, step_cache = (
        hasattr(function, "py_func"),
        file_of(active.mechanism),
        active.world,
        seen._step_cache,
    )
    call = compile_kernel(active, step, function) if kernel else function
    look = kernel and world.scenario.name == TRIAL
    if kernel and Kernel.plan is None:  # no kernel runs while a plan of the kernels needed is made
        try_out(active.name, active.mechanism)

    def watch(m: object, w: object) -> None:
        before = checksums(world) if look else {}
        step_cache.clear()
        try:
            call(m, w)
        except (Exception, SystemExit) as error:
            raise failure(
                locate_error(error, place), active.name, step, world, summarise_error(error)
            ) from error
        if look and (changed := [name for name, crc in checksums(world).items() if crc != before[name]]):
            raise failure(
                place,
                active.name,
                step,
                world,
                Message(
                    "wrote {columns} of the world; a mechanism may write its want, its levers and, in learn, "
                    "its own columns",
                    columns=", ".join(changed[:3]),
                ),
            )

    return watch


def try_out(name: str, mechanism: Any) -> None:
    """Simulate some weeks of a small, busy community with a user's mechanism, once per process.

    The steps are watched, and raise UserError where the mechanism writes anything but its own columns.
    """
    from .scenarios.scenario import Scenario
    from .simulate import simulate

    kind: type = type(mechanism)
    plain = Scenario(name=TRIAL, days=DAYS)
    if kind not in TRIED:
        TRIED.add(kind)
        busy = {
            key: replace(category, rate=min(8.0 * category.rate, 1.0))
            for key, category in plain.issues.items()
        }
        try:
            simulate(
                replace(
                    plain, issues=busy, mechanisms={name: replace(mechanism, first_day=0, last_day=DAYS)}
                ),
                0,
            )
        except BaseException:
            TRIED.discard(kind)
            raise


def failure(place: str, name: str, step: str, world: "World", problem: Message | str) -> UserError:
    """Build the UserError of a failed step; `place` is its file, and line where it is known."""
    trial = Translated(" of a trial in a small community", "（小社区试运行）")
    return UserError(
        "{place}: {name}.{step} on day {day}{trial}: {problem}",
        place=place,
        name=name,
        step=step,
        day=world.day,
        trial=trial if world.scenario.name == TRIAL else "",
        problem=problem,
    )


def number_check(world: "World", acting: list["ActiveMechanism"]) -> Callable[[], None] | None:
    """Return a function that checks what users' mechanisms among `acting` ask for and pull; None without any.

    It raises UserError for numbers that a day cannot work with.
    """
    untested = np.array([not active.shipped for active in acting], bool)
    if not untested.any():
        return None
    find = specialise(find_wrong, world.live, untested, LEAST, MOST)

    def check() -> None:
        code = find(world.live, untested, LEAST, MOST)
        if code >= 0:
            raise wrong_number(world, code)

    return check


def wrong_number(world: "World", code: int) -> UserError:
    """Build the UserError of the wrong number that `find_wrong` returned."""
    m, lever = divmod(code, len(LEVERS) + 1)
    name = sorted(world.chosen)[m]
    place, hand = file_of(world.chosen[name]), world.hands[name]
    step, what, column = (
        ("pull", f"lever.{LEVERS[lever]}", hand.lever[lever])
        if lever < len(LEVERS)
        else ("ask", "want", hand.want)
    )
    least, most = (LEAST[lever], MOST[lever]) if lever < len(LEVERS) else (0.0, sys.float_info.max)
    wrong = next(value for value in column.ravel().tolist() if not least <= value <= most)
    if lever < len(LEVERS):
        problem = Message(
            "{column} has {value:g}; allowed is {least:,.0f} to {most:,.0f}",
            column=what,
            value=wrong,
            least=least,
            most=most,
        )
    else:
        problem = Message(
            "{column} has {value:g}; allowed are finite numbers, 0 or more", column=what, value=wrong
        )
    return failure(place, name, step, world, problem)


@outer_kernel
def find_wrong(w: "World", untested: np.ndarray, least: np.ndarray, most: np.ndarray) -> int:
    """Find the first wrong number of today; return mechanism * (levers + 1) + lever, -1 if there is none.

    The lever after the last stands for what is asked for.
    """
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


def compile_kernel(active: "ActiveMechanism", step: str, function: Callable) -> Callable:
    """Compile a user's kernel. Raises UserError with file and line, in place of numba's long message."""
    try:
        return specialise(function, *active.kernel_arguments)
    except Exception as error:
        place, lines = (
            file_of(active.mechanism),
            [line.strip() for line in str(error).splitlines() if line.strip()],
        )
        at = re.search(rf"{re.escape(place)}\W+(?:line )?(\d+)", str(error))
        words = next((line for line in lines if not line.startswith("Failed in")), type(error).__name__)
        raise UserError(
            "{place}{line}: {name}.{step} does not compile: {problem}",
            place=place,
            line=f":{at[1]}" if at else "",
            name=active.name,
            step=step,
            problem=words,
        ) from error


def file_of(mechanism: Any) -> str:
    """Return the file in which a mechanism's class is defined; the class's name where there is no file."""
    kind = type(mechanism)
    return (
        getattr(sys.modules.get(kind.__module__), "__file__", None)
        or f"{kind.__module__}.{kind.__qualname__}"
    )


def checksums(world: "World") -> dict[str, int]:
    """Return column -> checksum, of all columns that a mechanism may read and not write."""
    columns = {
        **dict(
            iter_arrays(
                {name: part for name, part in world.state._asdict().items() if name not in NOT_CHECKED}, ""
            )
        ),
        "issues": world.issues,
    }
    return {
        name: crc32(np.ascontiguousarray(column).data) if column.size else 0
        for name, column in columns.items()
    }


def iter_arrays(part: tuple | dict, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, array) of every array in tuples of columns, or dicts of them; skip plain numbers.

    Raises UserError for anything else.
    """
    if isinstance(part, tuple):
        part = part._asdict() if hasattr(part, "_asdict") else dict(enumerate(part))
    for key, value in part.items():
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            yield f"{name}{key}", value
        elif isinstance(value, (tuple, dict)):
            yield from iter_arrays(value, f"{name}{key}.")
        elif not isinstance(value, (int, float, str, np.generic)):
            raise UserError(
                "{name}{key} is a {type}: a community can be saved and copied only if its mechanisms "
                "keep arrays of numbers, or tuples of them",
                name=name,
                key=key,
                type=type(value).__name__,
            )
