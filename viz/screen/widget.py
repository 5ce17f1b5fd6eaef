"""The first screen as a widget: the browser asks for years and runs, and this answers from simulations.

The messages are those of `WidgetHost` in static/hosts.js. Every question is answered in a thread of its own;
simulations run one at a time over all visitors (`year_cache`).
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import anywidget
import traitlets

from ...engine.texts.errors import UserError
from ...experiments.comparison.arm_answers import (
    LUCKS,
    WORLDS,
    worlds_of_case,
    year_in_world,
    year_of_luck,
)
from ...experiments.comparison.compare import Comparison
from ...experiments.comparison.lever_paths import paths_in_world
from ...experiments.narrative.community_form import answer_form
from ...experiments.narrative.draft_file import open_case_text
from ...experiments.narrative.recording import pack_arrays
from ...model.scenarios.cases import alter_scenario, list_cases, list_examples
from ...model.scenarios.scenario import Scenario
from ..i18n import words
from .arms import held_by, scenario_of
from .communities import check_size
from .issue_list import IssueList
from .page_data import describe_community, page_data
from .recordings import Place, difference_of, packed_reference, place_of
from .scripts import script, shell
from .single_file import as_text, file_of
from .take_along import compare_sides, write_file
from .year_cache import RUNS

LOG = logging.getLogger("cogov.web")
MOST_OPEN = 12  # questions of one visitor that are answered at once
MOST_ASKED = 60  # arms of one question
MOST_OWN = 3  # communities of a visitor's own
WHY_WORLDS = 10  # in which the parts of a mechanism are tried
LARGEST = 256 * 1024  # characters of a case file
SEEDS = 2**53


RENDER = """
export default { render({ model, el }) {
  const screen = startServed(model, el, model.get("frame"));
  return async () => (await screen).close();
} };
"""


class Stopped(Exception):
    """Raised in a simulation whose result nobody waits for any more."""


class ScreenWidget(anywidget.AnyWidget):
    """The first screen of some communities."""

    _esm = script() + RENDER  # as text: anywidget watches the file of a Path, and keeps every widget for ever
    data = traitlets.Dict().tag(sync=True)  # see page_data
    frame = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)  # what is shown, see `View` in static/screen.js
    asked = traitlets.Dict().tag(sync=True)  # "view": what Back leads to; "turn" counts, so that it differs
    room = traitlets.Unicode("").tag(sync=True)  # the room that the visitor chose

    def __init__(self, communities: Sequence[Scenario] = (), lang: str = "en", **more: Any) -> None:
        super().__init__(data=page_data(communities, lang), frame=shell(), **more)
        self.shipped = {scenario.name: scenario for scenario in communities}
        self.communities, self.open = self.shipped, 0
        self.stopped = threading.Event()
        self.compared: tuple[object, Comparison] | None = None  # the latest of `send_brief`
        self.list = IssueList(self.send, self.check, self.language)
        self.on_msg(self.receive)

    def receive(self, _: Any, message: Any, parts: Sequence = ()) -> None:
        """Answer a question of the browser, in a thread."""
        if not isinstance(message, dict):
            return
        if message.get("kind") == "stop":
            self.stopped.set()
            return
        if message.get("kind") == "hello":  # bytes tell AccessControl that this visit has its screen
            self.send({"number": message.get("number", 0)}, [b"\0"])
            return
        answer = {
            "reference": self.send_reference,
            "year": self.send_year,
            "runs": self.send_runs,
            "form": self.send_form,
            "own": self.send_own,
            "why": self.send_why,
            "file": self.send_file,
            "brief": self.send_brief,
        }
        job = answer.get(str(message.get("kind"))) or self.list.job_of(message, parts)
        if job is None:
            return
        if job in (self.send_runs, self.send_why, self.send_file, self.send_brief):
            self.stopped.set()
            self.stopped = threading.Event()
        threading.Thread(target=self.reply, args=(job, message, self.stopped), daemon=True).start()

    def reply(self, job: Callable, message: dict, stopped: threading.Event) -> None:
        """Run a job; if it fails, or too many are running for this visitor, the browser is told why."""
        number = message.get("number", 0)
        self.open += 1
        try:
            if self.open > MOST_OPEN:
                raise UserError("too many questions at once; try again in a moment")
            job(message, number, stopped)
        except Stopped:
            self.send({"number": number})
        except UserError as error:
            lang = self.language(message if "lang" in message else self.view)
            self.send({"number": number, "wrong": words.translate_exception(lang, error)})
        except Exception as error:
            LOG.error("the first screen: %s", error, exc_info=error)
            self.send({"number": number, "wrong": "Something went wrong here. 这里出了错。"})
        finally:
            self.open -= 1

    def close(self) -> None:
        """Stop all simulations, and close the widget."""
        self.stopped.set()
        self.list.close()
        super().close()

    def check(self, stopped: threading.Event) -> None:
        """Raise Stopped if nobody waits for an answer any more."""
        if stopped.is_set() or self.comm is None:
            raise Stopped

    def case_of(self, question: Mapping) -> tuple[Scenario, Place, str]:
        """Return the community, what identifies its years, and the arm's key. Raises UserError."""
        scenario, seed = self.communities.get(str(question.get("place"))), question.get("seed", 0)
        if scenario is None or not isinstance(seed, int) or not 0 <= seed < SEEDS:
            raise UserError("the page asks for {what}, which it does not have", what=repr(question)[:80])
        return scenario, place_of(scenario, seed), str(question.get("key", ""))

    def send_reference(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send the year of a community without any mechanism."""
        case, place, _ = self.case_of(message)
        self.send({"number": number}, [packed_reference(case, place)])

    def send_year(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send what differs in the year of an arm."""
        self.send({"number": number}, [difference_of(*self.case_of(message))])

    def send_form(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Answer the form "My community", with the town as bytes."""
        request, lang = message.get("request"), self.language(message)
        fields = request.get("fields", {}) if isinstance(request, dict) else None
        if not isinstance(fields, dict):
            raise UserError("the page asks for {what}, which it does not have", what=repr(request)[:80])
        answer = answer_form(request, lang)
        place = answer.pop("place", None)
        self.send({"number": number, "answer": answer}, [pack_arrays({}, place)] if place else [])

    def send_own(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Take a case file as a community of the visitor's own, and describe it."""
        text = message.get("toml")
        if not isinstance(text, str) or len(text) > LARGEST:
            raise UserError("the page asks for {what}, which it does not have", what=repr(text)[:80])
        scenario = open_case_text(text, "case.toml")
        check_size(scenario)
        if scenario.name in (*list_cases(), *list_examples()):
            scenario = replace(scenario, name=f"{scenario.name}_own")
        own = {name: case for name, case in self.communities.items() if name not in self.shipped}
        own = {**own, scenario.name: scenario}  # the latest of each visitor's own
        self.communities = self.shipped | dict([*own.items()][-MOST_OWN:])
        self.send({"number": number, "community": describe_community(scenario, served=False)})

    def send_why(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send through what a mechanism works in some plausible worlds, one world after another."""
        case, place, key = self.case_of(message)
        name = str(message.get("mechanism"))
        arms = scenario_of(case, key), alter_scenario(scenario_of(case, key), (name,))
        worlds = worlds_of_case(case, held_by(key), place[1])
        for world in range(WHY_WORLDS):
            self.check(stopped)
            job = partial(paths_in_world, worlds, arms, name, "resolution_rate", world)
            table = RUNS.get(("why", place, key, name, world), job)
            self.send({"number": number, "part": True, "parts": table["part"].to_dict()})
        self.send({"number": number, "done": True})

    def send_file(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send what is on show as one HTML file: both sides, with their runs."""
        case, place, _ = self.case_of(message)
        first = {side: str(message.get(side, "")) for side in ("a", "b")}
        keys = dict.fromkeys(["", first["a"], first["b"]])
        years = {key: as_text(difference_of(case, place, key)) for key in keys if key}
        film = {"reference": as_text(packed_reference(case, place)), "years": years}

        def check() -> None:
            self.check(stopped)

        film["runs"] = {key: self.runs_of(case, place, key, check) for key in keys}
        text = file_of(case, film, {**first, "seed": place[1]}, self.language(message))
        self.send({"number": number}, [text.encode()])

    def send_brief(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send two pages on what is on show: how far it is, then the name and content of a file."""
        case, place, _ = self.case_of(message)
        sides = str(message.get("a", "")), str(message.get("b", ""))

        def tell(done: int) -> None:
            self.send({"number": number, "part": True, "done": done, "of": LUCKS + WORLDS})

        if self.compared is None or self.compared[0] != (place, sides):
            found = compare_sides(case, sides, place[1], tell, partial(self.check, stopped))
            self.compared = (place, sides), found
        name, content = write_file(self.compared[1], str(message.get("file")), self.language(message))
        self.send({"number": number, "name": name}, [content])

    def runs_of(self, case: Scenario, place: Place, key: str, check: Callable) -> dict[str, list]:
        """Return all runs of an arm, most of which are known already; `check` is called every day.

        Raises UserError.
        """
        arm, worlds = scenario_of(case, key), worlds_of_case(case, held_by(key), place[1])
        jobs = {
            "luck": [partial(year_of_luck, arm, place[1], at, check) for at in range(LUCKS)],
            "worlds": [partial(year_in_world, worlds, arm, at, check) for at in range(WORLDS)],
        }
        return {
            what: [RUNS.get(("screen", place, key, what, at), make) for at, make in enumerate(makes)]
            for what, makes in jobs.items()
        }

    def language(self, message: Mapping) -> str:
        """Return the language of a question."""
        return "zh" if message.get("lang") == "zh" else "en"

    def send_runs(self, message: dict, number: int, stopped: threading.Event) -> None:
        """Send runs of some arms, one by one: first those that differ by luck, then plausible worlds."""
        arms = [self.case_of(question) for question in message.get("wanted", ())[:MOST_ASKED]]
        scenarios = [scenario_of(case, key) for case, _, key in arms]
        worlds = [worlds_of_case(case, held_by(key), place[1]) for case, place, key in arms]

        def check() -> None:
            self.check(stopped)

        for what, count in (("luck", LUCKS), ("worlds", WORLDS)):
            for at in range(count):
                for which, (_, place, key) in enumerate(arms):
                    check()
                    make = (
                        partial(year_of_luck, scenarios[which], place[1], at, check)
                        if what == "luck"
                        else partial(year_in_world, worlds[which], scenarios[which], at, check)
                    )
                    run = RUNS.get(("screen", place, key, what, at), make)
                    part = {"which": which, "what": what, "at": at, "run": run}
                    self.send({"number": number, "part": True, **part})
        self.send({"number": number})
