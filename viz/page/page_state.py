"""What one visitor of the page has before them: a case, a luck, and two settings of its institutions, side by side."""

import base64
import binascii
import itertools
import json
import re
import threading
import zlib
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache, partial

import numpy as np

from ...engine.parameters import UserError
from ...engine.toml_reader import guess
from ...experiments.comparison.streaming_comparison import StreamingComparison, luck
from ...experiments.comparison.streaming_comparison import simulate_pair as pair_of
from ...experiments.files.case_writer import write_case
from ...experiments.narrative.recording import (
    LAYERS,
    UNKNOWN,
    pack_recording,
    record_year,
)
from ...experiments.narrative.resource_use import ENOUGH, affordable
from ...experiments.narrative.story import story_of
from ...model import mechanisms
from ...model.cases import alter_scenario, list_cases
from ...model.cases import read_case as read
from ...model.measures import WITHIN
from ...model.simulate import build_community
from ..i18n.phrases import LANGUAGES
from ..i18n.words import translate

SIDES = ("left", "right")
LATEST = 1  # of saved states: what `desk_from_text` reads
LARGEST = 64 * 1024  # characters of a saved state
PATH = re.compile(r"[\w.]+")  # of a knob: what follows one would be read as its value
LONGEST = 3650  # days that a page lives through
QUEUE = 120  # years that visitors may wait for at once
MOST = 50_000_000  # residents x days of a year on the page: some seconds
PEOPLE = 40  # residents of a building that are told one by one


@dataclass(frozen=True)
class Setting:
    """The institutions of one side: mechanisms that are on, and knobs that are turned."""

    on: tuple = ()
    knobs: tuple = ()  # of (path, value), by path

    def with_switch(self, name, on):
        """The same with one mechanism on or off; its knobs go with it."""
        kept = tuple(sorted({*self.on, name} if on else {*self.on} - {name}))
        return Setting(
            kept,
            self.knobs
            if on
            else tuple(pair for pair in self.knobs if not pair[0].startswith(f"mechanisms.{name}.")),
        )

    def with_parameter(self, path, value):
        """The same with one knob turned; None turns it back."""
        told = dict(self.knobs) | {path: value}
        return Setting(self.on, tuple(sorted((p, v) for p, v in told.items() if v is not None)))


@dataclass(frozen=True)
class PageState:
    """All that the page's state is: enough to show the very same again."""

    case: str = "guiyuan"
    seed: int = 0
    days: int = 0  # 0 is the case's own
    settings: tuple = ()  # of two Setting; empty until `open_desk`
    layer: str = ""
    day: int = 0
    lang: str = "en"

    def scenario(self, side):
        """The scenario of one side. Raises UserError."""
        case, one = read_case(self.case), self.settings[side]
        made = alter_scenario(
            case,
            one.on,
            [name for name in case.mechanisms if name not in one.on],
            dict(one.knobs),
            self.days or None,
        )
        if made.community.residents * made.days > MOST:
            raise UserError(
                f"{made.community.residents:,} residents for {made.days:,} days are too many for a page; allowed is {MOST:,} residents x days: use `cogov run`"
            )
        return made

    def key(self):
        """What the films depend on."""
        return self.case, self.seed, self.days, self.settings

    def to_text(self):
        """The state as JSON text."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        sides = {
            side: {"on": list(one.on), "knobs": dict(one.knobs)} for side, one in zip(SIDES, self.settings)
        }
        return json.dumps({"cogov": LATEST, **told, **sides}, ensure_ascii=False, indent=2)

    def link(self):
        """The state as the part of an address behind its question mark."""
        return "state=" + base64.urlsafe_b64encode(zlib.compress(self.to_text().encode(), 9)).decode().rstrip(
            "="
        )

    def case_file(self, side):
        """The text of a case file of one side, to go on with."""
        return write_case(self.scenario(side), header=translate(self.lang, "title"))

    def within_means(self, side, progress=None):
        """The setting of one side with every mechanism that gets nearly all that it asks for; knobs are kept where their mechanism is."""
        scenario = self.scenario(side)
        on = affordable(scenario, luck(scenario, self.seed), ENOUGH, progress)
        return Setting(
            on,
            tuple(
                pair
                for pair in self.settings[side].knobs
                if not pair[0].startswith("mechanisms.") or pair[0].split(".")[1] in on
            ),
        )


@lru_cache(maxsize=8)
def read_case(case):
    """The scenario of a case, read once."""
    return read(case)


def open_desk(case="guiyuan", lang="en"):
    """A desk as a visitor finds it: nothing on the left, what the report tells of on the right. Raises UserError."""
    return replace(PageState(case=case, lang=lang), settings=(Setting(), preset(case, "reported")))


def preset(case, kind):
    """The setting of a case with nothing, what is reported, or everything switched on."""
    on = {"nothing": (), "reported": read_case(case).mechanisms, "everything": mechanisms.names()}[kind]
    return Setting(tuple(sorted(on)))


def desk_from_link(query, own="", lang="en"):
    """The desk of `Desk.link`; None where an address has none. Raises UserError."""
    told = next(
        (
            part.removeprefix("state=")
            for part in (query or "").lstrip("?").split("&")
            if part.startswith("state=")
        ),
        None,
    )
    if not told:
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)), LARGEST).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise UserError(translate(lang, "wrong.link")) from None
    return desk_from_text(text, own, lang)


def desk_from_text(text, own="", lang="en"):
    """The desk that `PageState.to_text` wrote, of a case that ships or of the visitor's `own`, and of no other file. Raises UserError."""
    try:
        told = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError) as error:
        raise UserError(
            translate(lang, "wrong.casefile")
            if "[community]" in text
            else translate(lang, "wrong.json", why=error)
        ) from None
    if not isinstance(told, dict) or told.get("cogov") != LATEST:
        raise UserError(translate(lang, "wrong.state", latest=LATEST))
    plain = {f.name: f.default for f in fields(PageState) if f.name != "settings"}
    for name, default in plain.items():
        if type(told.get(name, default)) is not type(default):
            raise UserError(
                translate(
                    lang,
                    "wrong.text" if isinstance(default, str) else "wrong.number",
                    name=name,
                    value=repr(told[name])[:40],
                )
            )
    if told.get("case") not in (own, *list_cases()):
        raise UserError(
            translate(
                lang,
                "wrong.case",
                value=repr(told.get("case"))[:60],
                guess=guess(str(told.get("case")), list_cases()) if lang == "en" else "",
            )
        )
    settings = []
    for side in SIDES:
        one = told.get(side)
        on, knobs = (one.get("on"), one.get("knobs")) if isinstance(one, dict) else (None, None)
        if (
            not isinstance(on, list)
            or not isinstance(knobs, dict)
            or not all(isinstance(name, str) for name in on)
            or "days" in knobs
            or not all(PATH.fullmatch(path) for path in knobs)
        ):
            raise UserError(translate(lang, "wrong.side", side=side))
        settings.append(Setting(tuple(sorted(set(on))), tuple(sorted(knobs.items()))))
    desk = PageState(
        settings=tuple(settings), **{name: told.get(name, default) for name, default in plain.items()}
    )
    for name, there in (
        ("lang", LANGUAGES),
        ("layer", ("", UNKNOWN, *LAYERS)),
        ("days", range(LONGEST + 1)),
        ("day", range(LONGEST + 1)),
        ("seed", range(2**53)),
    ):
        if getattr(desk, name) not in there:
            among = f"{there[0]} ... {there[-1]}" if isinstance(there, range) else " ".join(there)
            raise UserError(
                translate(lang, "wrong.value", name=name, value=repr(getattr(desk, name))[:60], there=among)
            )
    for side in range(2):
        desk.scenario(side)  # whether it can be
    return desk


@dataclass
class SimulatedSides:
    """Both sides, lived."""

    scenarios: list
    films: list
    packed: list
    keys: tuple  # of the sides, by which `YEARS` knows them
    seed: int

    def story(self, id_):
        """The Story of an issue on both sides; None where it arose on neither."""
        return story_of(id_, self.scenarios, [film.run for film in self.films])

    def pairs(self):
        """Pairs of the two sides, of which the one on show is the first."""

        def live(number, look):
            return PAIRS.get(
                (self.keys, self.seed, number),
                lambda: pair_of(self.scenarios, self.seed, WITHIN, number, look),
            )

        return StreamingComparison(
            self.scenarios, seed=self.seed, first=[film.run for film in self.films], workers=0, live=live
        )  # processes take longer to start than 20 pairs


class YearCache:
    """Years that were lived once, for whoever asks for the same again: the latest `most`.

    They are lived one at a time, whoever asks: Python would not run two at once anyway, and the page must be answered meanwhile. Who
    asked first is first, but what can wait comes after all else: a click is not to wait for another visitor's twenty pairs.
    """

    turn, waiting, number, living = threading.Condition(), [], itertools.count(), []  # of all that are kept

    def __init__(self, most, can_wait=False):
        self.most, self.can_wait, self.there = most, can_wait, OrderedDict()

    def get(self, key, make):
        """What there is under a key, else what `make` makes; what it raises is not kept. Raises UserError where too many wait."""
        if (there := self.there.get(key)) is not None:
            return there
        if not self.can_wait and sum(not can_wait for can_wait, _ in tuple(self.waiting)) >= QUEUE:
            raise UserError("too many visitors ask for years at once; try again in a minute")
        with self.my_turn():
            if key not in self.there:
                self.there[key] = make()
            while len(self.there) > self.most:
                self.there.popitem(last=False)
            return self.there[key]

    @contextmanager
    def my_turn(self):
        mine = self.can_wait, next(self.number)
        with self.turn:
            self.waiting.append(mine)
            try:
                self.turn.wait_for(lambda: not self.living and min(self.waiting) == mine)
                self.living.append(mine)
            finally:
                self.waiting.remove(mine)
        try:
            yield
        finally:
            with self.turn:
                self.living.remove(mine)
                self.turn.notify_all()


YEARS, PAIRS = (
    YearCache(40),
    YearCache(400, can_wait=True),
)  # a year of guiyuan is some 5 MB, a pair a hundredth of that


def simulate_desk(desk, progress=None):
    """Live through both sides of a desk. Raises UserError."""
    keys = tuple((desk.case, desk.days, setting) for setting in desk.settings)
    return simulate_sides([desk.scenario(side) for side in range(2)], desk.seed, keys, progress)


def simulate_sides(scenarios, seed, keys, progress=None):
    """Live through two scenarios, known by their `keys`, with one luck, that of the first pair of `cogov compare`; `progress` is called every day."""

    def year(scenario):
        film = record_year(scenario, luck(scenario, seed), progress)
        return film, pack_recording(film)

    films, raw = zip(
        *(YEARS.get((key, seed), partial(year, scenario)) for key, scenario in zip(keys, scenarios))
    )
    return SimulatedSides(list(scenarios), list(films), list(raw), tuple(keys), seed)


@dataclass(frozen=True)
class Home:
    """A flat and who lives there, all made up."""

    flat: int
    floor: int
    owner: bool
    away: bool
    people: tuple = field(default=())  # of (band, traits as names, acquaintances)


def homes(desk, building=None, flat=None):
    """Those who live in a building, or in one flat, flat by flat, at most PEOPLE of them."""
    there = build_community(desk.scenario(0))
    h, r = there.households, there.residents
    rows = [flat] if flat is not None and flat >= 0 else np.flatnonzero(h.building == building).tolist()
    told, count = [], 0
    for row in rows:
        people = []
        for i in range(int(h.first[row]), int(h.first[row + 1])):
            traits = (
                ("migrant", not r.registered[i]),
                ("party member", r.member[i]),
                ("volunteer", r.volunteer[i]),
                ("housebound", r.housebound[i]),
            )
            people.append((int(r.band[i]), tuple(name for name, holds in traits if holds), int(r.ties[i])))
        told.append(Home(int(row), int(h.floor[row]), bool(h.owner[row]), bool(h.away[row]), tuple(people)))
        count += len(people)
        if count >= PEOPLE:
            break
    return told
