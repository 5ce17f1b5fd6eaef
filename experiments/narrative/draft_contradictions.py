"""What cannot be true together in a draft of a community: a sentence beside the field it belongs to."""

from collections.abc import Iterator
from typing import Any

from ...engine.texts import LANGUAGES, translate
from ...engine.texts.errors import Message, Translated
from ...model.scenarios.census import CROWDED

Values = dict[str, Any]  # name of a field -> a valid value; what is empty or wrong is left out

ON_A_LANDING = 20  # homes on a floor of a stairwell, at most: a corridor building
STAFF = 50  # homes for a worker of a property company, at least


def contradictions(values: Values) -> Iterator[tuple[str, Message]]:
    """Yield what cannot be true together, as (field, sentence with both numbers and the way out)."""
    yield from _contradicting_people(values)
    yield from _contradicting_homes(values)
    yield from _contradicting_buildings(values)
    yield from _contradicting_hands(values)


def _contradicting_people(v: Values) -> Iterator[tuple[str, Message]]:
    """Yield contradictions between numbers of people."""
    if _above(v, "households", "residents"):
        yield (
            "households",
            Message(
                "{households} households need at least as many residents, but there are {residents}: lower "
                "the households or raise the residents.",
                **_named(v, "households", "residents"),
            ),
        )
    if _above(v, "elders", "residents"):
        yield (
            "elders",
            Message(
                "{elders} elders are more than the {residents} residents: lower the elders or raise the "
                "residents.",
                **_named(v, "elders", "residents"),
            ),
        )
    if _above(v, "alone", "elders"):
        yield (
            "alone",
            Message(
                "{alone} elders who live alone are more than the {elders} elders: lower those who live alone "
                "or raise the elders.",
                **_named(v, "alone", "elders"),
            ),
        )
    if _above(v, "alone", "households"):
        yield (
            "alone",
            Message(
                "{alone} elders who live alone need a home each, but there are {households} households: "
                "lower those who live alone or raise the households.",
                **_named(v, "alone", "households"),
            ),
        )
    if _above(v, "residents", "households") and v.get("alone") == v["households"]:
        yield (
            "alone",
            Message(
                "With {alone} elders who live alone, none of the {households} households is left for the "
                "other residents: lower those who live alone.",
                **_named(v, "alone", "households"),
            ),
        )
    if _above(v, "members", "residents"):
        yield (
            "members",
            Message(
                "{members} party members are more than the {residents} residents: lower the members or raise "
                "the residents.",
                **_named(v, "members", "residents"),
            ),
        )
    if _above(v, "volunteers", "residents"):
        yield (
            "volunteers",
            Message(
                "{volunteers} volunteers are more than the {residents} residents: lower the volunteers or "
                "raise the residents.",
                **_named(v, "volunteers", "residents"),
            ),
        )


def _contradicting_homes(v: Values) -> Iterator[tuple[str, Message]]:
    """Yield contradictions between people and homes."""
    if _above(v, "tenants", "households"):
        yield "tenants", too_many_let(v["tenants"], v["households"])
    elif _above(v, "absent", "households"):
        yield (
            "absent",
            Message(
                "{absent} homes of absent owners are more than the {households} households: lower the absent "
                "owners or raise the households.",
                **_named(v, "absent", "households"),
            ),
        )
    elif {"tenants", "absent", "households"} <= v.keys() and v["tenants"] + v["absent"] > v["households"]:
        yield (
            "absent",
            Message(
                "{absent} homes of absent owners and {tenants} let homes are more than the {households} "
                "households: lower one of the two or raise the households.",
                **_named(v, "absent", "tenants", "households"),
            ),
        )
    elsewhere = v.get("tenants", 0) + v.get("absent", 0)
    if "residents" in v and "households" not in v and elsewhere > v["residents"]:
        yield (
            "tenants" if "tenants" in v else "absent",
            Message(
                "{homes} homes that are let or whose owners are away need at least as many residents, but "
                "there are {residents}: lower these homes or raise the residents.",
                homes=f"{elsewhere:,}",
                **_named(v, "residents"),
            ),
        )
    if {"residents", "households"} <= v.keys() and v["residents"] > CROWDED * v["households"]:
        yield (
            "residents",
            Message(
                "{residents} residents in {households} households are more than {most} in each: raise the "
                "households or lower the residents.",
                most=CROWDED,
                **_named(v, "residents", "households"),
            ),
        )


def _contradicting_buildings(v: Values) -> Iterator[tuple[str, Message]]:
    """Yield contradictions between homes and the buildings they are in."""
    if "buildings" in v and "stairwells" not in v:
        yield from (
            (
                name,
                Message(
                    "{number} are too few for {buildings} buildings: each has at least one home. Enter more, "
                    "or lower the buildings.",
                    number=f"{v[name]:,}",
                    **_named(v, "buildings"),
                ),
            )
            for name in ("households", "residents")
            if name in v and v[name] < v["buildings"]
        )
    if not {"buildings", "stairwells"} <= v.keys():
        return
    stairwells = v["buildings"] * v["stairwells"]
    built = {"total": f"{stairwells:,}", **_named(v, "buildings", "stairwells")}
    if "households" in v and v["households"] < stairwells:
        yield (
            "households",
            Message(
                "{households} households are too few for {buildings} buildings with {stairwells} stairwells "
                "each: every one of the {total} stairwells has at least one home. Raise the households, or "
                "lower buildings or stairwells.",
                **_named(v, "households"),
                **built,
            ),
        )
    elif "residents" in v and v["residents"] < stairwells:
        yield (
            "residents",
            Message(
                "{residents} residents are too few for {buildings} buildings with {stairwells} stairwells "
                "each: somebody lives in every one of the {total} stairwells. Raise the residents, or lower "
                "buildings or stairwells.",
                **_named(v, "residents"),
                **built,
            ),
        )
    if {"households", "floors"} <= v.keys() and v["households"] > stairwells * v["floors"] * ON_A_LANDING:
        yield (
            "households",
            Message(
                "{households} households do not fit into {buildings} buildings with {stairwells} stairwells "
                "and {floors} floors, even with {most} homes on each floor of a stairwell: lower the "
                "households, or raise buildings, stairwells or floors.",
                most=ON_A_LANDING,
                **_named(v, "households", "buildings", "stairwells", "floors"),
            ),
        )
    most = stairwells * v.get("floors", 0) * ON_A_LANDING * CROWDED
    if {"residents", "floors"} <= v.keys() and v["residents"] > most:
        yield (
            "residents",
            Message(
                "{residents} residents do not fit into {buildings} buildings with {stairwells} stairwells "
                "and {floors} floors: lower the residents, or raise buildings, stairwells or floors.",
                **_named(v, "residents", "buildings", "stairwells", "floors"),
            ),
        )


def too_many_let(tenants: int, households: int) -> Message:
    """Say that there are more let homes than households."""
    return Message(
        "{tenants} let homes are more than the {households} households: lower the let homes or raise the "
        "households.",
        tenants=f"{tenants:,}",
        households=f"{households:,}",
    )


def _contradicting_hands(v: Values) -> Iterator[tuple[str, Message]]:
    """Yield contradictions between the property company, its staff and the homes."""
    staff = v.get("property_staff")
    if staff and v.get("company") is False:
        yield (
            "property_staff",
            Message(
                "{property_staff} property staff, but no property company: enter 0, or answer yes to the "
                "property company.",
                **_named(v, "property_staff"),
            ),
        )
    elif staff == 0 and v.get("company"):
        yield (
            "property_staff",
            Message(
                "A property company has staff, but {property_staff} are entered: enter 1 or more, or answer "
                "no to the property company.",
                **_named(v, "property_staff"),
            ),
        )
    elif staff and "households" in v and staff > max(v["households"] / STAFF, 1):
        yield (
            "property_staff",
            Message(
                "{property_staff} property staff are too many for {households} households: enter at most "
                "{most}, one for every {each}.",
                most=max(v["households"] // STAFF, 1),
                each=STAFF,
                **_named(v, "property_staff", "households"),
            ),
        )


def contradicting_place(v: Values, on_plan: int, compounds: int) -> Iterator[tuple[str, Message]]:
    """Yield contradictions between the number of buildings, the ground plan and the compounds."""
    if on_plan and v.get("buildings", on_plan) != on_plan:
        yield (
            "buildings",
            Message(
                "{buildings} buildings are entered, but the plan has {on_plan}: enter {on_plan}, or take "
                "another plan or none.",
                on_plan=f"{on_plan:,}",
                **_named(v, "buildings"),
            ),
        )
    elif "buildings" in v and compounds > v["buildings"]:
        yield (
            "buildings",
            Message(
                "{buildings} buildings are fewer than the {compounds} compounds: lower the compounds or "
                "raise the buildings.",
                compounds=f"{compounds:,}",
                **_named(v, "buildings"),
            ),
        )
    if v.get("company") and 0 < v.get("property_staff", compounds) < compounds:
        yield (
            "property_staff",
            Message(
                "{property_staff} property staff are fewer than the {compounds} compounds, each of which has "
                "at least one: raise the staff or lower the compounds.",
                compounds=f"{compounds:,}",
                **_named(v, "property_staff"),
            ),
        )


# what is possible but rare: (a field, to another, at least, at most)
USUAL = (
    ("residents", "households", 1.2, 6.0),
    ("elders", "residents", 0.02, 0.6),
    ("members", "residents", 0.0, 0.4),
    ("volunteers", "residents", 0.0, 0.3),
    ("staff", "residents", 0.0, 0.02),
)


def oddities(v: Values) -> Iterator[tuple[str, Message]]:
    """Yield what is possible but rare, as (field, sentence with the way out)."""
    for part, whole, low, high in USUAL:
        if not {part, whole} <= v.keys() or low <= v[part] / v[whole] <= high:
            continue
        yield (
            part,
            Message(
                "{part:,} to {whole:,} ({label}) is {ratio:.2g} to one; usual is {low:g} to {high:g}: check "
                "both numbers.",
                part=v[part],
                whole=v[whole],
                label=Translated(
                    *(translate(lang, "community_form", f"label.{whole}") for lang in LANGUAGES)
                ),
                ratio=v[part] / v[whole],
                low=low,
                high=high,
            ),
        )
    if {"floors", "lifts"} <= v.keys() and v["floors"] >= 10 and not v["lifts"]:
        yield (
            "lifts",
            Message(
                "{floors} floors and no lift: enter the lifts in each stairwell, if there are any.",
                floors=v["floors"],
            ),
        )
    if {"households", "buildings", "stairwells", "floors"} <= v.keys():
        landings = v["buildings"] * v["stairwells"] * v["floors"]
        if not 0.5 <= v["households"] / landings <= 8:
            yield (
                "households",
                Message(
                    "{households:,} homes on {landings:,} landings are {each:.2g} to each; usual is 1 to 6: "
                    "check stairwells and floors.",
                    households=v["households"],
                    landings=landings,
                    each=v["households"] / landings,
                ),
            )


def _above(v: Values, part: str, whole: str) -> bool:
    """Return whether both numbers are there and the first is larger."""
    return part in v and whole in v and v[part] > v[whole]


def _named(v: Values, *names: str) -> dict[str, str]:
    """Return numbers for a sentence, with thousands separated."""
    return {name: f"{v[name]:,}" for name in names}
