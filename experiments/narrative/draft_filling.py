"""Fill the empty fields of a draft from a case like it.

The rule: a number that was entered is compared with that of each case that ships. A ratio of two counts 1,
for the number of residents a ratio of ten; a difference of ten points in a share counts 1, and so does a
property company that only one of the two has. The case with the smallest mean is taken, and each empty field
gets that case's share of what was entered.
"""

from collections.abc import Callable
from math import ceil, log
from typing import Any, NamedTuple

from ...engine.texts import translate
from ...model.scenarios.cases import list_cases, read_case
from ...model.scenarios.census import fill
from ...model.scenarios.scenario import Scenario
from .community_draft import FIELDS, Draft, find_problems
from .draft_contradictions import ON_A_LANDING, STAFF, Values
from .draft_scenario import CENSUS, read_scenario, usual_lifts

POINTS = 0.1  # difference of a share that counts 1


class Filled(NamedTuple):
    """A draft without empty fields, and where the numbers come from."""

    draft: dict[str, Any]
    case: str  # name of the case; "" if nothing could be compared
    why: str  # which case was taken and why, in a sentence
    fields: tuple[str, ...]  # those that were filled


class Trait(NamedTuple):
    """What drafts and cases are compared by."""

    name: str
    of: Callable[[Values], float]  # raises KeyError or ZeroDivisionError without the numbers
    distance: Callable[[float, float], float]


def ratio(base: float) -> Callable[[float, float], float]:
    """Return a distance in which a ratio of `base` counts 1; numbers below 1 count as 1."""
    return lambda a, b: abs(log(max(a, 1) / max(b, 1), base))


def points(a: float, b: float) -> float:
    """Return the distance of two shares."""
    return abs(a - b) / POINTS


TRAITS = (
    Trait("floors", lambda v: v["floors"], ratio(2)),
    Trait("built", lambda v: v["built"], ratio(2)),
    Trait("company", lambda v: v["company"], lambda a, b: float(a != b)),
    Trait("homes", lambda v: v["households"] / v["buildings"], ratio(2)),
    Trait("elders", lambda v: v["elders"] / v["residents"], points),
    Trait("tenants", lambda v: v["tenants"] / v["households"], points),
    Trait("absent", lambda v: v["absent"] / v["households"], points),
    Trait("residents", lambda v: v["residents"], ratio(10)),
)


def compare(values: Values, other: Values) -> dict[str, float]:
    """Return how far two communities are apart in each trait of both: trait -> distance."""
    distances = {}
    for trait in TRAITS:
        try:
            distances[trait.name] = trait.distance(trait.of(values), trait.of(other))
        except (KeyError, ZeroDivisionError):
            continue
    return distances


def find_like(values: Values, lang: str = "en") -> tuple[Scenario | None, str]:
    """Return the case that is most like a draft, and why in a sentence; None if nothing can be compared."""
    cases = {name: read_case(name) for name in list_cases()}
    read = {name: read_scenario(case, lang) for name, case in cases.items()}
    far = {name: compare(values, other) for name, other in read.items()}
    if not any(far.values()):
        return None, translate(lang, "community_form", "like.nothing")
    nearest = min(cases, key=lambda name: sum(far[name].values()) / max(len(far[name]), 1))
    close = sorted(far[nearest], key=far[nearest].__getitem__)[:3]
    return cases[nearest], translate(
        lang,
        "community_form",
        "like.why",
        case=read[nearest]["name"],
        cases=len(cases),
        traits=translate(lang, "story", "semicolon").join(
            _worded(trait, values, read[nearest], lang) for trait in TRAITS if trait.name in close
        ),
    )


def _worded(trait: Trait, values: Values, other: Values, lang: str) -> str:
    """Return a trait of both communities in words."""
    one, two = trait.of(values), trait.of(other)
    if trait.name == "company":
        return translate(lang, "community_form", f"like.company.{'yes' if two else 'no'}")
    style = ".0%" if trait.distance is points else ",.0f"
    return translate(
        lang, "community_form", f"like.{trait.name}", own=format(one, style), other=format(two, style)
    )


def fill_draft(draft: Draft, lang: str = "en", like: str = "", compounds: int = 1) -> Filled:
    """Fill the empty fields from the case that is most like the draft, or from the case `like`.

    What was entered stays as it is, and a company has a worker in each compound. A draft with contradictions,
    or with nothing to compare, is returned unchanged. Raises UserError if no case is called `like`.
    """
    values, problems = find_problems(draft)
    if problems:
        return Filled(dict(draft), "", translate(lang, "community_form", "like.problems"), ())
    if like:
        case: Scenario | None = read_case(like)
        why = translate(lang, "community_form", "like.chosen", case=like)
    else:
        case, why = find_like(values, lang)
    if case is None:
        return Filled(dict(draft), "", why, ())
    filled = _fill(values, case, read_scenario(case, lang))
    if filled["company"] and "property_staff" not in values:
        filled["property_staff"] = max(filled["property_staff"], compounds)
    names = tuple(name for name in FIELDS if name not in values and name in filled)
    return Filled({**draft, **{name: filled[name] for name in names}}, case.name, why, names)


def _fill(given: Values, case: Scenario, like: Values) -> Values:
    """Return all values of a draft: those given, and the others as in a case."""
    v = dict(given)
    v.setdefault("built", like["built"])
    homes_each = like["households"] / like["buildings"]
    people_each = like["residents"] / like["households"]
    homes = v.get("households", v["residents"] / people_each if "residents" in v else None)
    if "buildings" not in v:
        v["buildings"] = like["buildings"] if homes is None else _within("buildings", homes / homes_each)
        if homes is not None:
            v["buildings"] = min(v["buildings"], max(int(homes // v.get("stairwells", 1)), 1))
    most = like["stairwells"] if homes is None else max(int(homes // v["buildings"]), 1)
    high = v.get("floors", like["floors"])
    needed = ceil((homes or 0) / (v["buildings"] * high * ON_A_LANDING))
    v.setdefault("stairwells", _within("stairwells", max(min(like["stairwells"], most), needed)))
    needed = ceil((homes or 0) / (v["buildings"] * v["stairwells"] * ON_A_LANDING))
    v.setdefault("floors", _within("floors", max(like["floors"], needed)))
    v.setdefault("lifts", usual_lifts(v["floors"]))
    stairwells = v["buildings"] * v["stairwells"]
    if homes is None:
        landing = like["households"] / (like["buildings"] * like["stairwells"] * like["floors"])
        homes = max(stairwells * v["floors"] * landing, stairwells, _needed_homes(v))
        v["households"] = _within("households", homes)
    known = {name: v[field] for field, name in CENSUS.items() if field in v}
    buildings = (stairwells, stairwells * v["floors"])
    total = known | fill(known, buildings, case.community)
    homes = min(total["households"], buildings[1] * ON_A_LANDING)
    known["households"] = v.get("households", max(homes, _needed_homes(v)))
    if "tenants" in v:
        known["owners"] = max(known["households"] - v["tenants"], 0)
    total = known | fill(known, buildings, case.community)
    people = {field: total[name] for field, name in CENSUS.items()}
    people["tenants"] = total["households"] - total["owners"]
    v = people | v
    staff = v.get("property_staff")
    v.setdefault("company", bool(staff) if staff is not None else like["company"])
    each = case.property_managers.households_per_worker
    workers = max(min(round(v["households"] / each), v["households"] // STAFF), 1)
    v.setdefault("property_staff", workers if v["company"] else 0)
    share = v["residents"] / like["residents"]
    v.setdefault("grid_workers", _within("grid_workers", like["grid_workers"] * share))
    v.setdefault("staff", max(round(like["staff"] * share, 1), 0.1))
    v.setdefault("fund", max(round(like["fund"] * share, -3), 1000.0))
    return v


def _needed_homes(v: Values) -> int:
    """Return the least number of households for the homes that are entered."""
    return max(v.get("tenants", 0) + v.get("absent", 0), v.get("alone", -1) + 1)


def _within(name: str, value: float) -> int:
    """Return a whole number in the range of a field."""
    f = FIELDS[name]
    return int(min(max(round(value), f.low), f.high))
