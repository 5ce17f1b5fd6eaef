"""The census of a community: totals that its people meet exactly, and the shares that fill in what a case leaves out."""

from dataclasses import dataclass, field, fields, replace
from math import ceil, exp, inf

from ..engine.parameters import LeftOut, LeftOutCount, complaint, knob

CROWDED = 30  # people in a household on average, at most
FLATS = 8 / 7  # households to a floor of a stairwell, where a case gives neither them nor residents
WITHIN = (  # no more of the first than of the second
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


def share(default, of, high, unit):
    """Declare a number of the census that is a share of `of` where it is left out: the same share as `default` of that one's default."""
    f = knob(
        LeftOutCount(default), 0, high, unit=unit, source=f"given by the case; left out, a share of {of}"
    )
    return field(default=f.default, metadata={**f.metadata, "of": of})


@dataclass(frozen=True)
class Census:
    """Who lives there: totals that the community meets exactly. Those not in `given` are assumptions of the case.

    What a case leaves out is LeftOut: a share of what it gives, and of `homes` (stairwells, floors of all of them) where it gives
    neither residents nor households. It is worked out anew whenever a number is changed, and kept within what the others allow.
    """

    residents: int = knob(
        LeftOutCount(240),
        1,
        20_000_000,
        unit="people",
        source="given by the case; left out, 2.5 to a household",
    )
    households: int = knob(
        LeftOutCount(96),
        1,
        10_000_000,
        unit="households",
        source="given by the case; left out, a share of residents, or 8 to a stairwell of 7 floors",
    )
    registered: int = share(
        180, "residents", 20_000_000, "people"
    )  # registered locally; the others are migrants
    children: int = share(30, "residents", 20_000_000, "people")
    elders: int = share(60, "residents", 20_000_000, "people")
    elders_alone: int = share(8, "elders", 5_000_000, "people")
    housebound: int = share(4, "elders", 5_000_000, "people")
    members: int = share(16, "residents", 5_000_000, "people")
    in_service: int = share(6, "members", 5_000_000, "people")  # of the members
    volunteers: int = share(20, "residents", 5_000_000, "people")
    member_volunteers: int = share(4, "members", 5_000_000, "people")  # members among the volunteers
    owners: int = share(
        70, "households", 10_000_000, "households"
    )  # households whose owner lives there; the others are let
    away: int = share(
        6, "owners", 10_000_000, "households"
    )  # owners' households that live elsewhere most days
    shops: int = share(4, "residents", 100_000, "shops")
    given: tuple = field(default=(), metadata={"names": True})  # which of these the report gives
    homes: tuple = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        known = {
            f.name: getattr(self, f.name)
            for f in counts(self)
            if not isinstance(getattr(self, f.name), LeftOut)
        }
        if len(known) < len(counts(self)) and not any(
            complaint(f, known[f.name]) for f in counts(self) if f.name in known
        ):
            for name, value in fill(known, self.homes).items():
                object.__setattr__(self, name, LeftOutCount(value))

    def with_homes(self, homes):
        """The same census in buildings with so many (stairwells, floors of all of them)."""
        return replace(self, homes=homes) if isinstance(self.households, LeftOut) else self

    def contradictions(self):
        """What cannot be true together, as (field, words)."""
        for part, whole in WITHIN:
            if getattr(self, part) > getattr(self, whole):
                yield (
                    part,
                    f"= {getattr(self, part)} is more than {whole} = {getattr(self, whole)}{self.left_out_note(part, whole)}",
                )
        if self.children > self.residents - self.households:
            most, left = (
                self.residents - self.households,
                self.left_out_note("children", "households", "residents"),
            )
            yield (
                "children",
                f"= {self.children} leaves no grown-up for each of {self.households} households: at most {most}{left}",
            )
        if self.residents > CROWDED * self.households:
            yield (
                "residents",
                f"= {self.residents} are more than {CROWDED} to each of {self.households} households{self.left_out_note('residents', 'households')}",
            )
        names = [f.name for f in counts(self)]
        for name in self.given:
            if name not in names:
                yield "given", f"names {name!r}, which is none of {', '.join(names)}"

    def left_out_note(self, *names):
        """Which of these the case leaves out, in words to end a sentence with; empty when it gives them all."""
        out = [name for name in names if isinstance(getattr(self, name), LeftOut)]
        return (
            f"; the case leaves out {' and '.join(out)}, so a share was taken: give {'them' if len(out) > 1 else 'it'}"
            if out
            else ""
        )


def counts(census):
    """The fields of a census that are numbers."""
    return [f for f in fields(census) if "low" in f.metadata]


def fill(known, homes):
    """The numbers of a census that are not `known` (name -> number), name -> whole number, each kept within what the others allow.

    `homes` (stairwells, floors of all of them) counts where neither residents nor households are known; there is a household in
    every stairwell.
    """
    default, highest = (
        {f.name: number(f) for f in counts(Census)}
        for number in (lambda f: int(f.default), lambda f: f.metadata["high"])
    )
    stairwells, floors = homes or (1, 0)
    all_ = dict(known)

    def take(name, value, least=0, most=inf):
        if name not in all_:
            least = max([least, *(known[part] for part, whole in WITHIN if whole == name and part in known)])
            most = min(
                [
                    most,
                    highest[name],
                    *(all_[whole] for part, whole in WITHIN if part == name and whole in all_),
                ]
            )
            all_[name] = int(max(min(round(value), most), least))

    if "residents" not in all_ and homes:
        take("households", floors * FLATS, stairwells)
    each = default["residents"] / default["households"]
    least = max(
        known.get("children", 0) + all_.get("households", 1),
        known.get("elders", 0) + known.get("children", 0),
    )
    take("residents", all_["households"] * each if "households" in all_ else default["residents"], least)
    take(
        "households",
        all_["residents"] / each,
        max(min(stairwells, all_["residents"]), ceil(all_["residents"] / CROWDED)),
        max(all_["residents"] - known.get("children", 0), 1),
    )
    beside = all_["residents"] - all_["households"]  # residents who share a home
    most = {
        "children": lambda: beside,
        "elders": lambda: all_["residents"] - all_["children"],
        "members": lambda: all_["residents"] - all_["children"],
        "elders_alone": lambda: all_["households"] - (beside > 0),
        "in_service": lambda: int(0.9 * (all_["residents"] - all_["children"] - all_["elders"])),
        "away": lambda: all_["owners"] - all_["elders_alone"],
        "volunteers": lambda: (
            all_["residents"] - all_["children"] - all_["members"] + known.get("member_volunteers", 0)
        ),
    }
    for f in (f for f in counts(Census) if "of" in f.metadata):
        value = default[f.name] / default[f.metadata["of"]] * all_[f.metadata["of"]]
        take(
            f.name,
            living_alone(all_, value) if f.name == "elders_alone" else value,
            0,
            max(most.get(f.name, lambda: inf)(), 0),
        )
    return {name: value for name, value in all_.items() if name not in known}


def living_alone(census, elders_alone):
    """As many elders living alone as asked for, or more, where the homes that people share cannot be expected to have room for the others."""
    homes, beside = census["households"], census["residents"] - census["households"]
    for _ in range(20):  # who lives alone leaves fewer homes to share
        others = max(homes - elders_alone, 1)
        room = 0.97 * (others * (1 - exp(-beside / others)) + beside - census["children"]) - 2
        elders_alone = max(elders_alone, census["elders"] - max(room, 0))
    return elders_alone
