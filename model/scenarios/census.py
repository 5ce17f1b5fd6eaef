"""The census of a community: totals that are met exactly, and shares that replace what a case leaves out."""

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, replace
from math import ceil, exp, inf
from typing import Any

from ...engine.parameters import LeftOut, LeftOutCount, Words, describe_problem, knob
from ...engine.texts.errors import Message, Named

CROWDED = 30  # people per household on average, at most
FLATS = 8 / 7  # households per floor of a stairwell, where a case gives neither households nor residents
WITHIN = (  # the first number is at most the second
    ("households", "residents"),
    ("registered", "residents"),
    ("children", "residents"),
    ("elders", "residents"),
    ("members", "residents"),
    ("volunteers", "residents"),
    ("elders_alone", "elders"),
    ("elders_alone", "households"),
    ("housebound", "elders"),
    ("in_service", "members"),
    ("member_volunteers", "members"),
    ("member_volunteers", "volunteers"),
    ("owners", "households"),
    ("away", "owners"),
)


def share(default: int, of: str, high: int, unit: str, words: Words) -> Any:
    """Declare a number of the census; if a case omits it, it is a share of the number `of`.

    The share is that of their defaults; `words` are those of `knob`.
    """
    f = knob(
        LeftOutCount(default),
        0,
        high,
        unit=unit,
        source=f"given by the case; left out, a share of {of}",
        words=words,
    )
    return field(default=f.default, metadata={**f.metadata, "of": of})


@dataclass(frozen=True)
class Census:
    """Who lives there: totals that the community meets exactly. Those not in `given` are assumed by the case.

    What a case leaves out is LeftOut: a share of what it gives, and of `homes` (stairwells, floors of all of
    them) where it gives neither residents nor households. It is recomputed whenever a number is changed, and
    kept within what the other numbers allow.
    """

    residents: int = knob(
        LeftOutCount(240),
        1,
        20_000_000,
        unit="people",
        source="given by the case; left out, 2.5 per household",
        words=("Residents", "居民", "人"),
    )
    households: int = knob(
        LeftOutCount(96),
        1,
        10_000_000,
        unit="households",
        source="given by the case; left out, a share of residents, or 8 per stairwell of 7 floors",
        words=("Households", "住户", "户"),
    )
    registered: int = share(
        180,
        "residents",
        20_000_000,
        "people",
        words=("Registered residents", "户籍居民", "人"),
    )  # locally; the others are migrants
    children: int = share(
        30,
        "residents",
        20_000_000,
        "people",
        words=("Children", "孩子", "人"),
    )
    elders: int = share(
        60,
        "residents",
        20_000_000,
        "people",
        words=("Elders", "老人", "人"),
    )
    elders_alone: int = share(
        8,
        "elders",
        5_000_000,
        "people",
        words=("Elders living alone", "独居老人", "人"),
    )
    housebound: int = share(
        4,
        "elders",
        5_000_000,
        "people",
        words=("Housebound", "行动不便者", "人"),
    )
    members: int = share(
        16,
        "residents",
        5_000_000,
        "people",
        words=("Party members", "党员", "人"),
    )
    in_service: int = share(
        6,
        "members",
        5_000_000,
        "people",
        words=("In-service members", "在职党员", "人"),
    )  # of the members
    volunteers: int = share(
        20,
        "residents",
        5_000_000,
        "people",
        words=("Volunteers", "志愿者", "人"),
    )
    member_volunteers: int = share(
        4,
        "members",
        5_000_000,
        "people",
        words=("Members who volunteer", "党员志愿者", "人"),
    )  # members among the volunteers
    # households whose owner lives there; the others are let
    owners: int = share(
        70,
        "households",
        10_000_000,
        "households",
        words=("Owners' households", "业主家庭", "户"),
    )
    # owners' households that live elsewhere most days
    away: int = share(
        6,
        "owners",
        10_000_000,
        "households",
        words=("Owners mostly away", "不常住业主", "户"),
    )
    shops: int = share(
        4,
        "residents",
        100_000,
        "shops",
        words=("Shops", "商铺", "家"),
    )
    given: tuple[str, ...] = field(default=(), metadata={"names": True})  # which of these the report gives
    homes: tuple = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {
            f.name: getattr(self, f.name)
            for f in counts(self)
            if not isinstance(getattr(self, f.name), LeftOut)
        }
        if len(known) < len(counts(self)) and not any(
            describe_problem(f, known[f.name]) for f in counts(self) if f.name in known
        ):
            for name, value in fill(known, self.homes).items():
                object.__setattr__(self, name, LeftOutCount(value))

    def with_homes(self, homes: tuple[int, int]) -> "Census":
        """Return the same census for buildings that have `homes`: (stairwells, floors over all of them)."""
        return replace(self, homes=homes) if isinstance(self.households, LeftOut) else self

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        for part, whole in WITHIN:
            if getattr(self, part) > getattr(self, whole):
                yield (
                    part,
                    Message(
                        "= {value} is more than {whole} = {most}{left_out}",
                        value=getattr(self, part),
                        whole=Named("knob", f"community.{whole}", whole),
                        most=getattr(self, whole),
                        left_out=self.left_out_note(part, whole),
                    ),
                )
        if self.children > self.residents - self.households:
            most, left = (
                self.residents - self.households,
                self.left_out_note("children", "households", "residents"),
            )
            yield (
                "children",
                Message(
                    "= {children} leaves no adult for each of {households} households: at most "
                    "{most}{left_out}",
                    children=self.children,
                    households=self.households,
                    most=most,
                    left_out=left,
                ),
            )
        if self.residents > CROWDED * self.households:
            yield (
                "residents",
                Message(
                    "= {residents} is more than {crowded} per household in {households} households{left_out}",
                    residents=self.residents,
                    crowded=CROWDED,
                    households=self.households,
                    left_out=self.left_out_note("residents", "households"),
                ),
            )
        names = [f.name for f in counts(self)]
        for name in self.given:
            if name not in names:
                yield (
                    "given",
                    Message("names {name!r}, which is not one of {names}", name=name, names=", ".join(names)),
                )

    def left_out_note(self, *names: str) -> Message:
        """Return the end of a sentence that names which of these the case leaves out; "" if it gives all."""
        out = [name for name in names if isinstance(getattr(self, name), LeftOut)]
        if not out:
            return Message("")
        named = [Named("knob", f"community.{name}", name) for name in out]
        parts: Message | Named = named[0]
        for name in named[1:]:
            parts = Message("{first} and {last}", first=parts, last=name)
        return Message(
            "; the case does not give {names}, so a default share was used: give it in the case", names=parts
        )


def counts(census: Census | type[Census]) -> list[Field]:
    """Return the fields of a census that are numbers."""
    return [f for f in fields(census) if "low" in f.metadata]


def fill(known: dict[str, int], homes: tuple, like: Census | None = None) -> dict[str, int]:
    """Compute the numbers of a census that are not `known`: name -> whole number.

    They are shares as in the census `like`, else as in the defaults, and kept within what the others allow.
    `homes` (stairwells, floors of all of them) counts where neither residents nor households are known; there
    is a household in every stairwell.
    """
    default: dict[str, int] = {f.name: int(getattr(like or Census, f.name)) for f in counts(Census)}
    highest = {f.name: f.metadata["high"] for f in counts(Census)}
    stairwells, floors = homes or (1, 0)
    totals = dict(known)

    def take(name: str, value: float, least: float = 0, most: float = inf) -> None:
        if name not in totals:
            least = max([least, *(known[part] for part, whole in WITHIN if whole == name and part in known)])
            most = min(
                [
                    most,
                    highest[name],
                    *(totals[whole] for part, whole in WITHIN if part == name and whole in totals),
                ]
            )
            totals[name] = int(max(min(round(value), most), least))

    if "residents" not in totals and homes:
        take("households", floors * FLATS, stairwells)
    each = default["residents"] / default["households"]
    least = max(
        known.get("children", 0) + totals.get("households", 1),
        known.get("elders", 0) + known.get("children", 0),
    )
    take("residents", totals["households"] * each if "households" in totals else default["residents"], least)
    take(
        "households",
        totals["residents"] / each,
        max(min(stairwells, totals["residents"]), ceil(totals["residents"] / CROWDED)),
        max(totals["residents"] - known.get("children", 0), 1),
    )
    sharers = totals["residents"] - totals["households"]  # residents who share a home
    most = {
        "children": lambda: sharers,
        "elders": lambda: totals["residents"] - totals["children"],
        "members": lambda: totals["residents"] - totals["children"],
        "elders_alone": lambda: totals["households"] - (sharers > 0),
        "in_service": lambda: int(0.9 * (totals["residents"] - totals["children"] - totals["elders"])),
        "away": lambda: totals["owners"] - totals["elders_alone"],
        "volunteers": lambda: (
            totals["residents"] - totals["children"] - totals["members"] + known.get("member_volunteers", 0)
        ),
    }
    for f in (f for f in counts(Census) if "of" in f.metadata):
        value = default[f.name] / default[f.metadata["of"]] * totals[f.metadata["of"]]
        take(
            f.name,
            raise_elders_alone(totals, value) if f.name == "elders_alone" else value,
            0,
            max(most.get(f.name, lambda: inf)(), 0),
        )
    return {name: value for name, value in totals.items() if name not in known}


def raise_elders_alone(census: dict[str, int], elders_alone: float) -> float:
    """Raise the number of elders who live alone until shared homes are expected to hold the others."""
    homes, sharers = census["households"], max(census["residents"] - census["households"], 0)
    for _ in range(20):  # each elder who lives alone leaves one home less to share
        others = max(homes - elders_alone, 1)
        room = 0.97 * (others * (1 - exp(-sharers / others)) + sharers - census["children"]) - 2
        elders_alone = max(elders_alone, census["elders"] - max(room, 0))
    return elders_alone
