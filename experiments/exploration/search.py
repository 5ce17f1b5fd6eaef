"""Search for mixes of mechanisms and knobs that are best in several objectives within limits.

Optuna proposes mixes (NSGA-II: Deb, Pratap, Agarwal & Meyarivan 2002; or the tree-structured Parzen
estimator, TPE: Bergstra et al. 2011). Every trial uses the same random numbers, and the trials that no other
trial dominates are the Pareto front. Budgets limit what is spent in addition to the unchanged case, run by
run with the same random numbers. The best of many trials owes part of its result to noise, so the front is
simulated again with random numbers that the search did not use, and reported with those results, including
the mixes that are not confirmed. Optuna is an extra: pip install 'cogov[search]'.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model import measures
from ...model.scenarios.scenario import Scenario
from ..comparison import runs
from ..evidence.knobs import value_at
from ..execution.supervisor import count_processes, start_checked_pool, stop_executor
from ..statistics.replicate_table import SWITCH, format_factor, join_names
from .front_worlds import front_sentences, try_front
from .pareto import beyond, confirm_front, orient_objectives, pareto
from .search_space import (
    SearchSpace,
    build_search_space,
    describe_design,
    design_scenario,
    is_idle,
    is_whole,
    simulate_outcome,
)
from .trial_log import TrialLog

SAMPLERS = ("nsga2", "tpe")
# trials proposed before any of their results is known; fixed, so that results do not depend on workers
TOGETHER = 8


@dataclass(frozen=True)
class SearchResult:
    """The trials of a search, and its confirmed front."""

    room: SearchSpace
    # one row per trial: status, why, first (the first trial of the same mix), mix, switches, knobs, means of
    # measures, within_limits, front
    trials: pd.DataFrame
    # one row per mix on the front: trial, mix; with new random numbers each measure with low and high,
    # within_limits, front, share_on_front, status
    front: pd.DataFrame
    confirmed_on: int  # replicates with new random numbers
    worlds: (
        pd.DataFrame
    )  # how each of them differs from the unchanged case over plausible worlds: `try_front`

    def sentences(self) -> Iterator[str]:
        """Describe the results in plain English."""
        done, confirmed = self.trials.status.eq("done"), self.front.status.eq("confirmed")
        yield (
            f"{len(self.trials)} trials, {self.trials['first'][done].nunique()} different mixes with "
            f"{self.room.replicates} replicates each; {int((~done).sum())} failed."
        )
        if self.room.limits:
            limits = ", ".join(
                f"{name} at most {format_factor(most)}" for name, most in self.room.limits.items()
            )
            yield f"Limits apply to spending in addition to the unchanged case, in the same runs: {limits}."
        if not len(self.front):
            yield "No mix is within the limits; raise the limits, or allow weaker mechanisms."
        else:
            yield (
                f"{len(self.front)} mixes are on the Pareto front; {int(confirmed.sum())} of them are "
                f"confirmed on {self.confirmed_on} replicates with new random numbers."
            )
        for _, row in self.front.iterrows():
            estimates = ", ".join(
                f"{m} {row[m]:.3g} ({row[m + '_low']:.3g} to {row[m + '_high']:.3g})"
                for m in self.room.objectives
            )
            yield (
                f"{row.mix}: {estimates}; {row.status}, on the front in {row.share_on_front:.0%} of "
                "resamples."
            )
        if len(self.worlds):
            yield "These intervals hold luck alone. In plausible worlds, in which what nobody knows differs:"
            yield from front_sentences(self.worlds)
        elif len(self.front):
            yield (
                "These intervals hold luck alone: `cogov robust CASE --mechanism A+B` weighs mixes over "
                "plausible worlds, in which what nobody knows differs."
            )


def search(
    case: str | Path | Scenario,
    objectives: Mapping[str, str],
    *,
    mechanisms: Iterable[str] = (),
    knobs: Mapping[str, tuple[float, float]] | Iterable = (),
    limits: Mapping[str, float] | Iterable = (),
    trials: int = 100,
    replicates: int = 5,
    confirm: int = 20,
    seed: int = 0,
    sampler: str = "nsga2",
    days: int | None = None,
    on: Iterable[str] = (),
    off: Iterable[str] = (),
    settings: Iterable[str] = (),
    within: int = measures.WITHIN,
    workers: int = 1,
    record: Path | str | None = None,
    progress: Callable[[], None] | None = None,
    most: int | None = None,
    worlds: int = 0,
) -> SearchResult:
    """Search `case` for mixes that are best in several objectives within limits. Raises UserError.

    Each of `mechanisms` may be on or off; the rest of the case (with `on`, `off`, `settings`) is fixed.
    `knobs`: path -> (low, high), also of those mechanisms. `objectives`: measure -> "maximise" or "minimise".
    `limits`: measure -> the most by which its mean may exceed that of the unchanged case ({"yuan": 50_000,
    "hours": 4000, "hours.committee": 200}): what the case already has costs nothing, and what a mix leaves
    out of it is available for something else. `most`: how many mechanisms a mix may add.

    Every trial has the same `replicates` random seeds; the front is confirmed on `confirm` others, and tried
    in `worlds` plausible worlds (0: none). The same
    seed gives the same search for any number of `workers`. `record` names a CSV file to which every trial is
    added as soon as it is done; a search that is started again with the same arguments and file reuses its
    results. `progress` is called after each trial.
    """
    seed = whole_seed(seed)
    room = build_search_space(
        runs.read_scenario(case),
        tuple(dict.fromkeys(mechanisms)),
        dict(knobs),
        dict(objectives),
        dict(limits),
        most,
        within,
        {"on": on, "off": off, "settings": settings, "days": days},
    )
    room = replace(room, replicates=replicates, seed=seed)
    for name, value, least in (("trials", trials, 1), ("replicates", replicates, 2), ("confirm", confirm, 2)):
        if not least <= value <= 100_000:
            raise UserError(
                "{name} = {value} is out of range; allowed is {least} to 100,000",
                name=name,
                value=value,
                least=least,
            )
    with worker_pool(count_processes(workers)) as ask:
        if room.limits:
            room = replace(room, spent=dict(ask(partial(resources_spent, room), range(replicates + confirm))))
        log = TrialLog(room, record)
        table = run_trials(room, create_study(sampler, seed, room), trials, log, ask, progress)
        best = table[table.front & (table["first"] == table.index)]
        designs = list(map(json.loads, best.design))
        fresh = dict(ask(partial(simulate_design, room, range(replicates, replicates + confirm)), designs))
        in_worlds = try_front(room, designs, worlds, ask)
    return SearchResult(
        room,
        table.drop(columns="design"),
        confirm_front(room, best, [fresh[n] for n in range(len(best))]),
        confirm,
        in_worlds,
    )


# --------------------------------------------------------------------------- trials


def import_optuna() -> ModuleType:
    """Import Optuna, with its log limited to warnings. Raises UserError when it is not installed."""
    try:
        module = import_module("optuna")
    except ImportError:
        raise UserError(
            "the search needs Optuna, which is not installed; install it with: pip install 'cogov[search]'"
        ) from None
    module.logging.set_verbosity(module.logging.WARNING)
    return module


def create_study(sampler: str, seed: int, room: SearchSpace) -> object:
    """Create an Optuna study whose first two trials have none and all of the mechanisms. Raises UserError."""
    if sampler not in SAMPLERS:
        raise UserError(
            "sampler = {sampler!r} is unknown; allowed are {samplers}",
            sampler=sampler,
            samplers=", ".join(SAMPLERS),
        )
    module, number = import_optuna(), seed_of("search", seed) % 2**31
    proposer = (
        module.samplers.NSGAIISampler(population_size=24, seed=number)
        if sampler == "nsga2"
        else module.samplers.TPESampler(seed=number)
    )
    study = module.create_study(
        directions=[way.replace("mise", "mize") for way in room.objectives.values()], sampler=proposer
    )
    now = {
        path: min(max(value_at(room.scenario, path), low), high) for path, (low, high) in room.knobs.items()
    }
    for on in (False, True) if room.mechanisms else (False,):
        study.enqueue_trial({SWITCH + name: on for name in room.mechanisms} | now)
    return study


def design_of(room: SearchSpace, trial: Any) -> dict:
    """Return the design that an Optuna trial proposes, without the knobs of mechanisms that are off.

    Of too many mechanisms a random subset is kept.
    """
    on = [name for name in room.mechanisms if trial.suggest_categorical(SWITCH + name, [False, True])]
    on = [name for name in on if name in choose_mechanisms(room, on, trial.number)]
    knobs = {}
    for path, (low, high) in room.knobs.items():
        value = (
            trial.suggest_int(path, math.ceil(low), math.floor(high))
            if is_whole(room, path)
            else trial.suggest_float(path, low, high)
        )
        if not is_idle(room, path, on):
            knobs[path] = value
    return {"on": on, "knobs": knobs}


def choose_mechanisms(room: SearchSpace, on: list[str], number: int) -> set[str]:
    """Choose from the proposed mechanisms `on` as many as a mix may add, and add those that the case has.

    The choice is random, by the number of the trial.
    """
    added = [name for name in on if name not in room.given]
    order = np.argsort(
        RandomNumbers("search", room.seed)("kept", np.arange(len(added)), number), kind="stable"
    )
    return {*room.given, *(added[n] for n in order[: room.most])}


def run_trials(
    room: SearchSpace,
    study: Any,
    trials: int,
    log: TrialLog,
    ask: Callable,
    progress: Callable[[], None] | None,
) -> pd.DataFrame:
    """Run `trials` trials, and return their table. Mixes that were tried before are not simulated again."""
    state = import_optuna().trial.TrialState
    rows: list[dict] = []
    while len(rows) < trials:
        proposed = [study.ask() for _ in range(min(TOGETHER, trials - len(rows)))]
        designs = [json.dumps(design_of(room, trial)) for trial in proposed]
        new = [design for design in dict.fromkeys(designs) if design not in log.known]
        for n, evaluation in ask(
            partial(simulate_design, room, range(room.replicates)), [json.loads(design) for design in new]
        ):
            log.add(new[n], average_outcomes(room, evaluation))
        for trial, design in zip(proposed, designs):
            result = log.known[design]
            for name, most in room.limits.items() if not result["why"] else ():
                # as a share of the limit, because Optuna adds constraints up
                trial.set_constraint(name, (result[beyond(name)] - most) / (abs(most) or 1.0))
            study.tell(
                trial,
                None if result["why"] else [result[m] for m in room.objectives],
                state=state.FAIL if result["why"] else state.COMPLETE,
            )
            rows.append(trial_row(room, trial.number, json.loads(design), result))
            if progress:
                progress()
    table = pd.DataFrame(rows).set_index("trial")
    table.insert(
        2,
        "first",
        table.groupby("design", sort=False)["design"].transform(lambda same: same.index[0]).astype(int),
    )
    able = table.within_limits & table.status.eq("done")
    table["front"] = False
    table.loc[able, "front"] = pareto(orient_objectives(room, table[able]))
    return table


def trial_row(room: SearchSpace, number: int, design: dict, result: dict) -> dict:
    """Return the row of a trial in the table of trials."""
    switches = {SWITCH + name: name in design["on"] for name in room.mechanisms}
    knobs = {path: design["knobs"].get(path, np.nan) for path in room.knobs}
    able = all(result[beyond(name)] <= most for name, most in room.limits.items())
    return {
        "trial": number,
        "status": "failed" if result["why"] else "done",
        "why": result["why"],
        "mix": describe_design(design),
        **switches,
        **knobs,
        **{m: result[m] for m in room.measures_to_keep},
        "within_limits": able,
        "design": json.dumps(design),
    }


def simulate_design(room: SearchSpace, numbers: range, design: dict) -> tuple[str, np.ndarray]:
    """Simulate the replicates `numbers` of a design: ("", (replicates, measures) floats).

    Where the design has no valid scenario: (why, an array of NaN).
    """
    try:
        scenario = design_scenario(room, design)
    except UserError as e:
        return str(e), np.full((len(numbers), len(room.measures_to_keep)), np.nan)
    rows = []
    for number in numbers:
        values = simulate_outcome(scenario, room.seed, number, room.within)
        rows.append(values | {beyond(name): values[name] - room.spent[number][name] for name in room.limits})
    return "", np.array([[row[m] for m in room.measures_to_keep] for row in rows], float)


def resources_spent(room: SearchSpace, number: int) -> dict[str, float]:
    """Return the limited measures of the unchanged case in replicate `number`."""
    values = simulate_outcome(room.base, room.seed, number, room.within)
    return {name: values[name] for name in room.limits}


def average_outcomes(room: SearchSpace, evaluation: tuple[str, np.ndarray]) -> dict:
    """Return the means of the measures, and `why` the design failed ("" if it did not)."""
    why, values = evaluation
    means = dict(zip(room.measures_to_keep, values.mean(axis=0).tolist()))
    lacking = [m for m in (*room.objectives, *map(beyond, room.limits)) if not np.isfinite(means[m])]
    return {
        **means,
        "why": why or (f"{join_names(lacking)} does not exist in some replicate" if lacking else ""),
    }


@contextmanager
def worker_pool(workers: int) -> Iterator[Callable]:
    """Provide a function ask(job, items) that yields (index, job(item)) in order of completion.

    With two or more `workers` it uses a process pool, which ends with the context.
    """
    if workers <= 1:
        yield lambda job, items: ((n, job(item)) for n, item in enumerate(items))
        return
    executor = start_checked_pool(workers)

    def ask(job: Callable, items: Iterable) -> Iterator[tuple]:
        """Yield (index, result) from the pool in order of completion."""
        sent = {executor.submit(job, item): n for n, item in enumerate(items)}
        yield from ((sent[done], done.result()) for done in as_completed(sent))

    try:
        yield ask
    finally:
        stop_executor(executor)
