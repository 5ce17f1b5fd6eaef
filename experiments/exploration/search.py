"""Search: which mix of mechanisms, and to which degree, does most for what it may cost?

Optuna proposes mixes (NSGA-II: Deb, Pratap, Agarwal & Meyarivan 2002; or the tree-structured Parzen estimator, TPE: Bergstra
et al. 2011), every trial lives through the same lucks, and what no other trial beats in all objectives at once is the
Pareto front. Budgets are of what is spent beyond the case as it stands, run by run under the same luck. The best of many
trials is partly the luckiest: so the front is lived through again with luck that took no part in the search, and shown as it
is there, with those that fall off. Optuna is an extra: pip install 'cogov[search]'.
"""

import json
import math
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module

import numpy as np
import pandas as pd

from ...engine.parameters import UserError, all_turned, paths, span
from ...engine.randomness import RandomNumbers, seed_of, whole_seed
from ...engine.toml_reader import guess
from ...model import measures, mechanisms
from ...model.cases import alter_scenario
from ...model.resources.ledger import PAYERS
from ..comparison import runs
from ..comparison.parameter_paths import at
from ..execution.supervisor import end, pool, processes_of
from ..statistics.replicate_table import SWITCH, format_factor, some
from .pareto import SIGN, beyond, confirm_front, orient_objectives, pareto
from .trial_log import TrialLog

SAMPLERS = ("nsga2", "tpe")
HOURS = "hours."  # before a role: hours of it
TOGETHER = 8  # trials proposed before any of them is known; fixed, so that workers change nothing


@dataclass(frozen=True)
class SearchSpace:
    """Where to look, and for what."""

    scenario: object  # with every mechanism on that may be
    mechanisms: tuple  # that may be on or off
    knobs: dict  # path -> (low, high)
    objectives: dict  # measure -> "maximise" or "minimise"
    limits: dict  # measure, or "hours.ROLE" -> most that its mean may be beyond that of the case as it stands
    replicates: int  # in every trial
    seed: int
    within: int
    most: int  # of these mechanisms, beyond those in `given`, that a mix may have
    given: tuple  # of these mechanisms: those that the case has as it stands
    spent: dict  # replicate -> {measure: number} of the limits, in the case as it stands

    @property
    def measures_to_keep(self):
        """The measures that are kept of every run."""
        return tuple(dict.fromkeys((*self.objectives, *map(beyond, self.limits), "hours", "yuan")))

    @property
    def base(self):
        """The case as it stands, with what every mix has."""
        return without(self.scenario, set(self.mechanisms) - set(self.given))


@dataclass(frozen=True)
class SearchResult:
    """What a search found."""

    room: SearchSpace
    trials: pd.DataFrame  # one row per trial: status, why, first (the first trial of the same mix), mix, switches, knobs, means of measures, within_limits, front
    front: pd.DataFrame  # one row per mix on the front: trial, mix; on fresh luck each measure with low and high, within_limits, front, share_on_front, status
    confirmed_on: int  # replicates of fresh luck

    def sentences(self):
        """What came out, in plain English."""
        done, kept = self.trials.status.eq("done"), self.front.status.eq("stays")
        yield (
            f"{len(self.trials)} trials, {self.trials['first'][done].nunique()} different mixes of "
            f"{self.room.replicates} replicates each; {int((~done).sum())} failed."
        )
        if self.room.limits:
            limits = ", ".join(
                f"{name} at most {format_factor(most)}" for name, most in self.room.limits.items()
            )
            yield f"Limits are of what is spent beyond the case as it stands, under the same luck: {limits}."
        if not len(self.front):
            yield "None keeps to the limits; raise them, or let mechanisms be weaker."
        else:
            yield (
                f"{len(self.front)} mixes are on the Pareto front; on {self.confirmed_on} replicates of "
                f"fresh luck {int(kept.sum())} of them stay."
            )
        for _, row in self.front.iterrows():
            told = ", ".join(
                f"{m} {row[m]:.3g} ({row[m + '_low']:.3g} to {row[m + '_high']:.3g})"
                for m in self.room.objectives
            )
            yield f"{row.mix}: {told}; {row.status}, on the front in {row.share_on_front:.0%} of resamples."


def search(
    case,
    objectives,
    *,
    mechanisms=(),
    knobs=(),
    limits=(),
    trials=100,
    replicates=5,
    confirm=20,
    seed=0,
    sampler="nsga2",
    days=None,
    on=(),
    off=(),
    settings=(),
    within=measures.WITHIN,
    workers=1,
    record=None,
    progress=None,
    most=None,
):
    """Search `case` for mixes that are best in several objectives within limits. Returns `SearchResult`; raises UserError.

    `mechanisms` may each be on or off, what else the case has (and `on`, `off`, `settings`) stays. `knobs`: path -> (low, high),
    also of those mechanisms. `objectives`: measure -> "maximise" or "minimise"; `limits`: measure -> the most that its mean
    may be beyond the case as it stands ({"yuan": 50_000, "hours": 4000, "hours.committee": 200}): what the case has already costs
    nothing, and what a mix leaves out of it pays for something else. `most` is how many mechanisms a mix may add. Every trial has
    the same `replicates` lucks, the front is confirmed on `confirm` others. The same seed gives the same search for any number of
    `workers`. `record` names a CSV file to which every trial is added as soon as it is done; a search that is begun again with the
    same arguments and file takes from there what it has.
    """
    room = room_of(
        runs.scenario_of(case),
        tuple(dict.fromkeys(mechanisms)),
        dict(knobs),
        dict(objectives),
        dict(limits),
        replicates,
        seed,
        within,
        days,
        on,
        off,
        settings,
        most,
    )
    for name, value, least in (("trials", trials, 1), ("replicates", replicates, 2), ("confirm", confirm, 2)):
        if not least <= value <= 100_000:
            raise UserError(f"{name} = {value} is out of range; allowed is {least} to 100,000")
    with hands(processes_of(workers)) as ask:
        if room.limits:
            room = replace(room, spent=dict(ask(partial(resources_spent, room), range(replicates + confirm))))
        book = TrialLog(room, record)
        table = run_trials(room, study_of(sampler, seed, room), trials, book, ask, progress)
        best = table[table.front & (table["first"] == table.index)]
        fresh = dict(
            ask(
                partial(simulate_design, room, range(replicates, replicates + confirm)),
                list(map(json.loads, best.design)),
            )
        )
    return SearchResult(
        room,
        table.drop(columns="design"),
        confirm_front(room, best, [fresh[n] for n in range(len(best))]),
        confirm,
    )


# --------------------------------------------------------------------------- the room


def room_of(
    scenario, names, knobs, objectives, limits, replicates, seed, within, days, on, off, settings, most=None
):
    """The room, checked. Raises UserError."""
    if not names and not knobs:
        raise UserError("nothing may vary; name mechanisms that may be on, or knobs with their ranges")
    if not objectives:
        raise UserError("no objective is named; name measures, each with maximise or minimise")
    wrong = {m: way for m, way in objectives.items() if way not in SIGN}
    if wrong:
        raise UserError(
            f"objective {next(iter(wrong))!r} = {wrong[next(iter(wrong))]!r} is unknown; allowed are "
            f"{' and '.join(SIGN)}"
        )
    known = outcome(replace(scenario, days=1), 0, 0, within)
    for name in (*objectives, *limits):
        if name not in known:
            raise UserError(f"no measure is called {name!r}{guess(name, list(known))}")
    if most is not None and not (names and 0 <= most <= len(mechanisms.names())):
        why = (
            f"allowed is 0 to {len(mechanisms.names())}"
            if names
            else "none may be on or off; name those that may"
        )
        raise UserError(f"most = {most} mechanisms: {why}")
    there = {*scenario.mechanisms, *on} - {*off}
    full = alter_scenario(scenario, on=(*on, *names), off=off, settings=settings, days=days)
    for path, ends in knobs.items():
        check_knob(full, path, ends)
    given = tuple(name for name in names if name in there)
    most = len(names) if most is None else most
    return SearchSpace(
        full, names, knobs, objectives, limits, replicates, whole_seed(seed), within, most, given, {}
    )


def without(scenario, names):
    """A scenario without these mechanisms."""
    left = {name: mechanism for name, mechanism in scenario.mechanisms.items() if name not in names}
    return replace(scenario, mechanisms=left)


def check_knob(scenario, path, ends):
    """Refuse a knob that does not exist or a range outside the honest one. Raises UserError."""
    known = paths(scenario)
    if path not in known:
        part, name, *_ = (*path.split("."), "")
        off = part == "mechanisms" and name in mechanisms.names() and name not in scenario.mechanisms
        raise UserError(
            f"no knob is called {path!r}"
            + (
                f": {name} is not switched on; name it among the mechanisms"
                if off
                else guess(path, list(known))
            )
        )
    low, high, m = *ends, known[path].metadata
    if not m["low"] <= low < high <= m["high"]:
        raise UserError(
            f"{path} from {low} to {high} is no range within what is allowed: {span(m)} {m['unit']}"
        )


def whole(room, path):
    """Whether a knob takes whole numbers only."""
    return paths(room.scenario)[path].type in (int, "int")


def needless(room, path, on):
    """Whether a knob is of a mechanism that is off."""
    part, name, *_ = (*path.split("."), "")
    return part == "mechanisms" and name in room.mechanisms and name not in on


def scenario_of(room, design):
    """The scenario of a design {"on": names, "knobs": path -> value}. Raises UserError where knobs contradict each other."""
    turned = all_turned(
        room.scenario,
        {path: (int if whole(room, path) else float)(value) for path, value in design["knobs"].items()},
    )
    return without(turned, set(room.mechanisms) - set(design["on"]))


def mix(design):
    """A design in words.

    >>> mix({"on": ["whistle"], "knobs": {"mechanisms.whistle.strength": 0.5, "committee.staff": 3}}), mix({"on": [], "knobs": {}})
    ('whistle (strength 0.5) with committee.staff 3', 'nothing')
    """
    own = {
        name: [
            f"{path.removeprefix(f'{SWITCH}{name}.')} {format_factor(v)}"
            for path, v in design["knobs"].items()
            if path.startswith(f"{SWITCH}{name}.")
        ]
        for name in design["on"]
    }
    rest = [
        f"{path} {format_factor(v)}"
        for path, v in design["knobs"].items()
        if path.removeprefix(SWITCH).split(".")[0] not in own
    ]
    told = (
        " + ".join(name + (f" ({', '.join(knobs)})" if knobs else "") for name, knobs in own.items())
        or "nothing"
    )
    return told + (f" with {', '.join(rest)}" if rest else "")


# --------------------------------------------------------------------------- trials


def optuna():
    """Optuna, quiet. Raises UserError when it is not installed."""
    try:
        found = import_module("optuna")
    except ImportError:
        raise UserError(
            "Optuna is not installed, which proposes mixes; install it with: pip install 'cogov[search]'"
        ) from None
    found.logging.set_verbosity(found.logging.WARNING)
    return found


def study_of(sampler, seed, room):
    """An Optuna study, in which the two ends stand first: none of the mechanisms, and all."""
    if sampler not in SAMPLERS:
        raise UserError(f"sampler = {sampler!r} is unknown; allowed are {' and '.join(SAMPLERS)}")
    there, number = optuna(), seed_of("search", seed) % 2**31
    made = (
        there.samplers.NSGAIISampler(population_size=24, seed=number)
        if sampler == "nsga2"
        else there.samplers.TPESampler(seed=number)
    )
    study = there.create_study(
        directions=[way.replace("mise", "mize") for way in room.objectives.values()], sampler=made
    )
    now = {path: min(max(at(room.scenario, path), low), high) for path, (low, high) in room.knobs.items()}
    for on in (False, True) if room.mechanisms else (False,):
        study.enqueue_trial({SWITCH + name: on for name in room.mechanisms} | now)
    return study


def design_of(room, trial):
    """What Optuna proposes, without the knobs of mechanisms that are off; of too many mechanisms chance keeps some."""
    on = [name for name in room.mechanisms if trial.suggest_categorical(SWITCH + name, [False, True])]
    on = [name for name in on if name in choose_mechanisms(room, on, trial.number)]
    knobs = {}
    for path, (low, high) in room.knobs.items():
        value = (
            trial.suggest_int(path, math.ceil(low), math.floor(high))
            if whole(room, path)
            else trial.suggest_float(path, low, high)
        )
        if not needless(room, path, on):
            knobs[path] = value
    return {"on": on, "knobs": knobs}


def choose_mechanisms(room, on, number):
    """Of the mechanisms that a trial proposes: those that the case has, and as many others as may be added, drawn by its number."""
    added = [name for name in on if name not in room.given]
    order = np.argsort(
        RandomNumbers("search", room.seed)("kept", np.arange(len(added)), number), kind="stable"
    )
    return {*room.given, *(added[n] for n in order[: room.most])}


def run_trials(room, study, trials, book, ask, progress):
    """The table of all trials. Mixes that were tried before are not lived through again."""
    state, rows = optuna().trial.TrialState, []
    while len(rows) < trials:
        proposed = [study.ask() for _ in range(min(TOGETHER, trials - len(rows)))]
        designs = [json.dumps(design_of(room, trial)) for trial in proposed]
        new = [told for told in dict.fromkeys(designs) if told not in book.known]
        for n, outcome in ask(
            partial(simulate_design, room, range(room.replicates)), [json.loads(told) for told in new]
        ):
            book.add(new[n], average_outcomes(room, outcome))
        for trial, told in zip(proposed, designs):
            found = book.known[told]
            for name, most in room.limits.items() if not found["why"] else ():
                trial.set_constraint(
                    name, (found[beyond(name)] - most) / (abs(most) or 1.0)
                )  # as a share, for they are summed
            study.tell(
                trial,
                None if found["why"] else [found[m] for m in room.objectives],
                state=state.FAIL if found["why"] else state.COMPLETE,
            )
            rows.append(row(room, trial.number, json.loads(told), found))
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


def row(room, number, design, found):
    switches = {SWITCH + name: name in design["on"] for name in room.mechanisms}
    knobs = {path: design["knobs"].get(path, np.nan) for path in room.knobs}
    able = all(found[beyond(name)] <= most for name, most in room.limits.items())
    return {
        "trial": number,
        "status": "failed" if found["why"] else "done",
        "why": found["why"],
        "mix": mix(design),
        **switches,
        **knobs,
        **{m: found[m] for m in room.measures_to_keep},
        "within_limits": able,
        "design": json.dumps(design),
    }


def simulate_design(room, numbers, design):
    """The replicates `numbers` of a design: ("", (replicates, measures) floats), or why it cannot be lived through and nothing."""
    try:
        scenario = scenario_of(room, design)
    except UserError as e:
        return str(e), np.full((len(numbers), len(room.measures_to_keep)), np.nan)
    told = []
    for number in numbers:
        one = outcome(scenario, room.seed, number, room.within)
        told.append(one | {beyond(name): one[name] - room.spent[number][name] for name in room.limits})
    return "", np.array([[one[m] for m in room.measures_to_keep] for one in told], float)


def outcome(scenario, seed, number, within):
    """Every measure of one replicate, and the hours of each role."""
    run = runs.replicate(scenario, "search", seed, number)
    hours = run.ledger.hours.sum(axis=0).tolist()
    return measures.summary(run, within) | {HOURS + role: number for role, number in zip(PAYERS, hours)}


def resources_spent(room, number):
    """What the case as it stands spends in one replicate, of what is limited."""
    one = outcome(room.base, room.seed, number, room.within)
    return {name: one[name] for name in room.limits}


def average_outcomes(room, outcome):
    """Means of the measures, and why there is none."""
    why, values = outcome
    means = dict(zip(room.measures_to_keep, values.mean(axis=0).tolist()))
    lacking = [m for m in (*room.objectives, *map(beyond, room.limits)) if not np.isfinite(means[m])]
    return {**means, "why": why or (f"{some(lacking)} does not exist in some replicate" if lacking else "")}


@contextmanager
def hands(workers):
    """A way to have a job done for many designs: yields (number, result) as they are done, on so many processes."""
    if workers <= 1:
        yield lambda job, many: ((n, job(one)) for n, one in enumerate(many))
        return
    executor = pool(workers)

    def ask(job, many):
        sent = {executor.submit(job, one): n for n, one in enumerate(many)}
        yield from ((sent[done], done.result()) for done in as_completed(sent))

    try:
        yield ask
    finally:
        end(executor)
