"""One HTML file with the first screen of a community: it opens from disk, in a frame, on a phone, offline."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...experiments.comparison.arm_answers import (
    LUCKS,
    WORLDS,
    worlds_of_case,
    year_in_world,
    year_of_luck,
)
from ...experiments.comparison.parallel_jobs import run_jobs
from ...experiments.comparison.streaming_comparison import pair_seed
from ...experiments.evidence.plausible_worlds import PlausibleWorlds
from ...experiments.narrative.recording import record_year
from ...experiments.narrative.recording_difference import pack_difference, pack_reference
from ...model.scenarios.scenario import Scenario
from .arms import DEFAULT, key_of_names, scenario_of
from .page_data import page_data
from .scripts import script, shell

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{description}">
<title>cogov</title>
<style>body {{ margin: 0; background: #f8f4eb }}</style>
</head>
<body>
<div id="cogov"></div>
<noscript>{description}</noscript>
<script type="application/json" id="data">{data}</script>
<script type="application/json" id="films">{films}</script>
<script type="module">
{script}
const read = (id) => JSON.parse(document.getElementById(id).textContent);
startFile(document.getElementById("cogov"), read("data").shell, read("data"), read("films"));
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class FilePlan:
    """What a file holds: a case without any mechanism, and the arms of some keys, see arms.py."""

    case: Scenario
    keys: tuple[str, ...]
    seed: int = 0
    lucks: int = LUCKS
    worlds: int = WORLDS

    @property
    def runs(self) -> int:
        """Return the number of steps that `progress` is called after."""
        return len(self.keys) + 1 + self.lucks + self.worlds


def keys_of_file(case: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of each mechanism alone, and of all that the case reports together."""
    return tuple(dict.fromkeys([*names, *([key_of_names([*case.mechanisms])] if case.mechanisms else [])]))


def build_file(
    plan: FilePlan, lang: str = "en", workers: int | None = None, progress: Callable | None = None
) -> str:
    """Simulate what the plan holds, and return the file's text. `progress` is called `plan.runs` times."""
    arms = {key: scenario_of(plan.case, key) for key in ("", *plan.keys)}
    seed, years = pair_seed(plan.case, plan.seed), {}
    reference = record_year(arms[""], seed)
    for key in plan.keys:
        years[key] = as_text(pack_difference(record_year(arms[key], seed), reference))
        if progress:
            progress()
    film = {"reference": as_text(pack_reference(reference)), "years": years}
    film["runs"] = simulate_runs(plan, arms, workers, progress)
    if progress:
        progress()
    first = {"a": "", "b": DEFAULT if DEFAULT in plan.keys else plan.keys[0], "seed": plan.seed}
    return file_of(plan.case, film, first, lang)


def file_of(case: Scenario, film: dict[str, Any], first: dict[str, Any], lang: str) -> str:
    """Return the text of a file with a film: the packed years, and the runs of each arm.

    `first` is what the file shows when it is opened: the keys of both sides, and the seed.
    """
    runs = film["runs"][""]
    counts = (len(runs["luck"]), len(runs["worlds"]))
    data = page_data([case], lang, counts, form=False) | {"shell": shell(), "first": first}
    return PAGE.format(
        lang="zh-CN" if lang == "zh" else "en",
        description=data["texts"][lang]["title"],
        data=in_script(data),
        films=in_script({case.name: film}),
        script=script().replace("</", "<\\/"),
    )


def simulate_runs(
    plan: FilePlan, arms: dict[str, Scenario], workers: int | None, progress: Callable | None
) -> dict[str, dict[str, list]]:
    """Simulate the years of luck and the plausible worlds of every arm: key -> {"luck", "worlds"} -> runs."""
    job = partial(one_number, arms, worlds_of_case(plan.case, seed=plan.seed), plan.seed, plan.lucks)
    out: dict[str, dict[str, list]] = {key: {"luck": [], "worlds": []} for key in arms}
    for number, results in enumerate(run_jobs(job, plan.lucks + plan.worlds, workers, progress, len(arms))):
        for key, run in results.items():
            out[key]["luck" if number < plan.lucks else "worlds"].append(run)
    return out


def one_number(
    arms: dict[str, Scenario], worlds: PlausibleWorlds, seed: int, lucks: int, number: int
) -> dict[str, dict]:
    """Simulate all arms with the luck of a number, or, from `lucks` on, in a plausible world."""
    if number < lucks:
        return {key: year_of_luck(arm, seed, number) for key, arm in arms.items()}
    return {key: year_in_world(worlds, arm, number - lucks) for key, arm in arms.items()}


def as_text(raw: bytes) -> str:
    """Return bytes as base64."""
    return base64.b64encode(raw).decode()


def in_script(value: Any) -> str:
    """Return JSON that may stand inside a script element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
