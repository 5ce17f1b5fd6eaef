"""Two pages to take along: the brief of the comparison that the first screen shows, as a file."""

import tempfile
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from ...engine.texts.errors import UserError
from ...experiments.comparison.arm_answers import LUCKS, WORLDS
from ...experiments.comparison.compare import Comparison, compare
from ...model.scenarios.cases import list_cases, list_examples
from ...model.scenarios.scenario import Scenario
from .arms import parse_key
from .year_cache import shared_turn

KINDS = {"pdf": ("typst",), "docx": ("typst", "docx"), "pptx": ("typst", "pptx")}  # and what each needs
DRAWING = threading.Lock()  # matplotlib has settings for all threads


def kinds_of_files() -> dict[str, bool]:
    """Return the kinds of files, and whether what each needs is installed."""
    return {kind: all(find_spec(name) for name in needed) for kind, needed in KINDS.items()}


def sides_of(a: str, b: str) -> tuple[list[str], list[str], dict[str, float]]:
    """Return the mechanisms that only one side has, those of both, and the settings of all.

    `a` and `b` are the keys of the sides. Raises UserError if neither side has all that the other has.
    """
    (few, few_set), (many, many_set) = sorted((parse_key(a), parse_key(b)), key=lambda side: len(side[0]))
    new = [name for name in many if name not in few]
    shared = {path: value for path, value in many_set.items() if path.split(".")[1] in few}
    if not new or not set(few) <= set(many) or shared != few_set:
        raise UserError(
            "two pages are about one side that has everything the other has, and more; choose such sides"
        )
    return new, few, many_set


def compare_sides(
    case: Scenario, sides: tuple[str, str], seed: int, tell: Callable[[int], None], check: Callable
) -> Comparison:
    """Compare both sides as `cogov compare` does, with as many runs as the page has.

    `tell` is told the pairs done, of LUCKS + WORLDS; `check` raises to stop. Raises UserError.
    """
    new, both, settings = sides_of(*sides)
    done = 0
    with shared_turn() as give_way:

        def one_more() -> None:
            nonlocal done
            done += 1
            tell(done)
            check()
            give_way()

        return compare(
            case,
            new,
            replicates=LUCKS,
            worlds=WORLDS,
            seed=seed,
            on=both,
            off=[name for name in case.mechanisms if name not in (*new, *both)],
            settings=settings,
            workers=0,
            progress=one_more,
        )


def write_file(result: Comparison, kind: str, lang: str) -> tuple[str, bytes]:
    """Return the name and the content of a brief. Raises UserError."""
    from ..brief import write_brief

    if kind not in KINDS:
        raise UserError("the page asks for {what}, which it does not have", what=repr(kind)[:80])
    name = result.case.name
    own = name not in (*list_cases(), *list_examples())
    with DRAWING, tempfile.TemporaryDirectory(prefix="cogov-brief-") as folder:
        (path,) = write_brief(result, lang, folder, case=f"{name}.toml" if own else name, kinds=[kind])
        arms = "+".join(result.mechanisms)[:60]
        return f"{name}_{arms}_{Path(path).name}", Path(path).read_bytes()
