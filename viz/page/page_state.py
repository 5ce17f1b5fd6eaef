"""State of one visitor's page: a case, a random seed, and the institutions of each of two sides."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from ...engine.renamed import suggest_names
from ...engine.texts import LANGUAGES
from ...engine.texts.errors import UserError
from ...experiments.comparison.streaming_comparison import (
    StreamingComparison,
    pair_seed,
    stream_worlds,
)
from ...experiments.comparison.streaming_comparison import simulate_pair as pair_of
from ...experiments.files.case_writer import write_case
from ...experiments.narrative.recording import (
    LAYERS,
    UNKNOWN,
    pack_recording,
    record_year,
)
from ...experiments.narrative.resource_use import ENOUGH, find_affordable
from ...experiments.narrative.story import story_of
from ...model import mechanisms
from ...model.measures import WITHIN
from ...model.scenarios import cases
from ...model.scenarios.cases import alter_scenario, list_cases, list_examples
from ..i18n.words import translate
from ..screen.arms import DEFAULT, parse_key
from ..screen.communities import check_size
from ..screen.year_cache import PAIRS, YEARS

if TYPE_CHECKING:
    from ...experiments.narrative.recording import Recording
    from ...experiments.narrative.story import Story
    from ...model.scenarios.scenario import Scenario

SIDES = ("left", "right")
LATEST = 1  # version of saved states that `state_from_text` reads
LARGEST = 64 * 1024  # characters of a saved state
PATH = re.compile(r"[\w.]+")  # path of a knob; text after a path would be read as its value
LONGEST = 3650  # days that the page simulates at most


@dataclass(frozen=True)
class Setting:
    """Institutions of one side: mechanisms that are on, and knobs that are set."""

    on: tuple = ()
    knobs: tuple = ()  # of (path, value), by path

    def with_switch(self, name: str, on: bool) -> Setting:
        """Return the setting with a mechanism on or off; off discards its knobs."""
        mechanisms_on = tuple(sorted({*self.on, name} if on else {*self.on} - {name}))
        return Setting(
            mechanisms_on,
            self.knobs
            if on
            else tuple(pair for pair in self.knobs if not pair[0].startswith(f"mechanisms.{name}.")),
        )

    def with_parameter(self, path: str, value: float | None) -> Setting:
        """Return the setting with a knob set to a value, or reset to its default by None."""
        values = dict(self.knobs) | {path: value}
        return Setting(self.on, tuple(sorted((p, v) for p, v in values.items() if v is not None)))


@dataclass(frozen=True)
class PageState:
    """Complete state of the page: enough to show exactly the same again."""

    case: str = "guiyuan"
    seed: int = 0
    days: int = 0  # 0 is the case's own
    settings: tuple = ()  # of two Setting; empty until `open_state`
    layer: str = ""
    day: int = 0
    lang: str = "en"

    def scenario(self, side: int) -> Scenario:
        """Return the scenario of side 0 or 1. Raises UserError if it is invalid or too large."""
        case, setting = read_case(self.case), self.settings[side]
        scenario = alter_scenario(
            case,
            setting.on,
            [name for name in case.mechanisms if name not in setting.on],
            dict(setting.knobs),
            self.days or None,
        )
        check_size(scenario)
        return scenario

    def key(self) -> tuple:
        """Return the fields that the recordings depend on."""
        return self.case, self.seed, self.days, self.settings

    def side_keys(self) -> tuple:
        """Return the keys under which the recordings of both sides are cached, with the seed."""
        return tuple((self.case, self.days, setting) for setting in self.settings)

    def to_text(self) -> str:
        """Return the state as JSON text."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        sides = {
            side: {"on": list(setting.on), "knobs": dict(setting.knobs)}
            for side, setting in zip(SIDES, self.settings)
        }
        return json.dumps({"cogov": LATEST, **plain, **sides}, ensure_ascii=False, indent=2)

    def link(self) -> str:
        """Return the state as the query string of an address, without its question mark."""
        return "state=" + base64.urlsafe_b64encode(zlib.compress(self.to_text().encode(), 9)).decode().rstrip(
            "="
        )

    def case_file(self, side: int) -> str:
        """Return the scenario of one side as the text of a case file."""
        return write_case(self.scenario(side), header=translate(self.lang, "title"))

    def within_means(self, side: int, progress: Callable | None = None) -> Setting:
        """Return the setting of one side with the mechanisms that its resources suffice for.

        Together these get at least the share ENOUGH of what each asks for. Knobs of the others are discarded.
        """
        scenario = self.scenario(side)
        on = find_affordable(scenario, pair_seed(scenario, self.seed), ENOUGH, progress)
        return Setting(
            on,
            tuple(
                pair
                for pair in self.settings[side].knobs
                if not pair[0].startswith("mechanisms.") or pair[0].split(".")[1] in on
            ),
        )


@lru_cache(maxsize=8)
def read_case(case: str) -> Scenario:
    """Return the scenario of a case, cached."""
    return cases.read_case(case)


def open_state(case: str = "guiyuan", lang: str = "en") -> PageState:
    """Return the initial state: no mechanisms on the left, the reported ones on the right.

    Raises UserError.
    """
    reported = preset(case, "reported")
    treated = reported if reported.on else Setting((DEFAULT,))  # an example reports nothing
    return replace(PageState(case=case, lang=lang), settings=(Setting(), treated))


def state_of_view(view: dict[str, Any], state: PageState) -> PageState:
    """Return the state with the community and the sides of the first screen's view, see `screen.room`."""
    own = os.environ.get("COGOV_CASE", "")
    case = next(
        (
            name
            for name in (own, *list_cases(), *list_examples())
            if name and read_case(name).name == view.get("place")
        ),
        own,
    )
    settings = []
    for side, default in (("a", ""), ("b", DEFAULT)):
        names, knobs = parse_key(view.get(side, default))
        settings.append(Setting(tuple(sorted(names)), tuple(sorted(knobs.items()))))
    return replace(
        state,
        case=case or state.case,
        settings=tuple(settings),
        seed=view.get("seed", 0),
        day=view.get("day", 0),
        lang=view.get("lang", state.lang),
    )


def preset(case: str, kind: str) -> Setting:
    """Return the setting of kind "nothing", "reported" or "everything": which mechanisms are on."""
    on = {"nothing": (), "reported": read_case(case).mechanisms, "everything": mechanisms.list_mechanisms()}[
        kind
    ]
    return Setting(tuple(sorted(on)))


def state_from_link(query: str | None, own: str = "", lang: str = "en") -> PageState | None:
    """Return the state that `PageState.link` wrote, or None if the query holds none. Raises UserError."""
    packed = next(
        (
            part.removeprefix("state=")
            for part in (query or "").lstrip("?").split("&")
            if part.startswith("state=")
        ),
        None,
    )
    if not packed:
        return None
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(
            base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), LARGEST
        ).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise UserError(translate(lang, "wrong.link")) from None
    return state_from_text(text, own, lang)


def state_from_text(text: str, own: str = "", lang: str = "en") -> PageState:
    """Return the state that `PageState.to_text` wrote. Raises UserError.

    Its case must be one that ships, or `own`, the case that the page was started with; no other file is read.
    """
    try:
        data = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError) as error:
        raise UserError(
            translate(lang, "wrong.casefile")
            if "[community]" in text
            else translate(lang, "wrong.json", why=error)
        ) from None
    if not isinstance(data, dict) or data.get("cogov") != LATEST:
        raise UserError(translate(lang, "wrong.state", latest=LATEST))
    plain = {f.name: f.default for f in fields(PageState) if f.name != "settings"}
    for name, default in plain.items():
        if type(data.get(name, default)) is not type(default):
            raise UserError(
                translate(
                    lang,
                    "wrong.text" if isinstance(default, str) else "wrong.number",
                    name=name,
                    value=repr(data[name])[:40],
                )
            )
    if data.get("case") not in (own, *list_cases(), *list_examples()):
        raise UserError(
            translate(
                lang,
                "wrong.case",
                value=repr(data.get("case"))[:60],
                guess=suggest_names(str(data.get("case")), list_cases()).in_language(lang),
            )
        )
    settings = []
    for side in SIDES:
        setting = data.get(side)
        on, knobs = (setting.get("on"), setting.get("knobs")) if isinstance(setting, dict) else (None, None)
        if (
            not isinstance(on, list)
            or not isinstance(knobs, dict)
            or not all(isinstance(name, str) for name in on)
            or "days" in knobs
            or not all(PATH.fullmatch(path) for path in knobs)
        ):
            raise UserError(translate(lang, "wrong.side", side=side))
        settings.append(Setting(tuple(sorted(set(on))), tuple(sorted(knobs.items()))))
    state = PageState(
        settings=tuple(settings), **{name: data.get(name, default) for name, default in plain.items()}
    )
    for name, allowed in (
        ("lang", LANGUAGES),
        ("layer", ("", UNKNOWN, *LAYERS)),
        ("days", range(LONGEST + 1)),
        ("day", range(LONGEST + 1)),
        ("seed", range(2**53)),
    ):
        if getattr(state, name) not in allowed:
            allowed_text = (
                f"{allowed[0]} ... {allowed[-1]}" if isinstance(allowed, range) else " ".join(allowed)
            )
            raise UserError(
                translate(
                    lang, "wrong.value", name=name, value=repr(getattr(state, name))[:60], there=allowed_text
                )
            )
    for side in range(2):
        state.scenario(side)  # raises UserError if it is invalid
    return state


@dataclass
class SimulatedSides:
    """Recordings of both sides."""

    scenarios: list
    films: list
    packed: list
    keys: tuple  # keys of the sides in `YEARS`
    seed: int

    def is_stale(self, state: PageState) -> bool:
        """Return whether `state` asks for other recordings, which are still being simulated."""
        return (self.keys, self.seed) != (state.side_keys(), state.seed)

    def story(self, issue_id: int) -> Story | None:
        """Return the Story of an issue on both sides, or None if it arose on neither."""
        return story_of(issue_id, self.scenarios, [film.run for film in self.films])

    def pairs(self) -> StreamingComparison:
        """Return a comparison of the two sides over many pairs of runs; the first is the one on the page."""

        def simulate(number: int, progress: Callable | None) -> dict:
            return PAIRS.get(
                (self.keys, self.seed, number),
                lambda: pair_of(self.scenarios, self.seed, WITHIN, number, progress),
            )

        return StreamingComparison(
            self.scenarios,
            seed=self.seed,
            first=[film.run for film in self.films],
            workers=0,
            simulate=simulate,
        )  # workers=0: processes take longer to start than to simulate 20 pairs

    def worlds(self) -> StreamingComparison:
        """Return a comparison of the two sides over plausible worlds; what either side sets is not drawn."""
        held = {path for *_, setting in self.keys for path, _ in getattr(setting, "knobs", ())}
        stream = stream_worlds(self.scenarios, held, seed=self.seed, workers=0)
        job = stream.simulate

        def simulate(number: int, progress: Callable | None) -> dict:
            return PAIRS.get((self.keys, self.seed, "world", number), lambda: job(number, progress))

        stream.simulate = simulate
        return stream


def simulate_state(state: PageState, progress: Callable | None = None) -> SimulatedSides:
    """Simulate both sides of a state. Raises UserError."""
    return simulate_sides(
        [state.scenario(side) for side in range(2)], state.seed, state.side_keys(), progress
    )


def simulate_sides(
    scenarios: Sequence[Scenario], seed: int, keys: Sequence, progress: Callable | None = None
) -> SimulatedSides:
    """Simulate two scenarios with common random numbers: those of the first pair of `cogov compare`.

    Recordings are cached in `YEARS` under `keys` and the seed. `progress` is called every day.
    """

    def record(scenario: Scenario) -> tuple[Recording, bytes]:
        recording = record_year(scenario, pair_seed(scenario, seed), progress)
        return recording, pack_recording(recording)

    recordings, packed = zip(
        *(YEARS.get((key, seed), partial(record, scenario)) for key, scenario in zip(keys, scenarios))
    )
    return SimulatedSides(list(scenarios), list(recordings), list(packed), tuple(keys), seed)
