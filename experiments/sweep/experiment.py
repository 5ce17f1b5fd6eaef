"""Read an experiment file, as strictly as a case file, and build its cases and arms.

An experiment names its cases, what its arms have in common (`on`, `off`, `set`), its estimand, when to stop,
and a design (see `design.py`). All arms are simulated with the same replicates. The estimand and the smallest
effect that matters are stated here, and hashed before the first run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from ...engine.parameters import knob
from ...engine.randomness import seed_of, whole_seed
from ...engine.renamed import suggest_names
from ...engine.texts.errors import FieldError, Message, UserError
from ...engine.toml_reader import build_dataclass, load
from ...model import measures
from ...model.mechanisms import explain_unusable, find_broken
from ...model.scenarios.cases import alter_scenario, read_case
from ...model.scenarios.scenario import Scenario
from ..evidence.own_worlds import check_worlds_file
from ..evidence.plausible_worlds import PlausibleWorlds
from .design import KINDS, DesignArm, arms_of_case, flatten_settings, scenario_of, size

MOST = 1_000_000  # runs in one experiment
ARMS = 50_000  # arms in one experiment
CHECKED = 100  # arms that are checked before the first run, which takes some milliseconds each
CHOICE = "a choice of the user"


def unknown(where: str, names: Iterable[str]) -> list[tuple[str, str | Message]]:
    """Report names of mechanisms that cannot be used, as (field, words)."""
    broken = find_broken() if where == "off" else ()  # a mechanism that is switched off need not work
    return [
        (where, Message("names {name!r}: {problem}", name=name, problem=problem))
        for name in names
        if name not in broken and (problem := explain_unusable(name))
    ]


@dataclass(frozen=True)
class Factor:
    """What is varied: a path, and its values or its range."""

    path: str = field(default="", metadata={"text": 120})
    values: tuple = field(default=(), metadata={"free": True})  # taken one by one
    range: tuple = field(default=(), metadata={"free": True})  # [low, high]; by default the range of the knob
    levels: int = knob(3, 2, 1000, unit="values from low to high, in a grid or one at a time", source=CHOICE)
    log: bool = False  # evenly spaced in the logarithm


@dataclass(frozen=True)
class NamedArm:
    """One arm that the file names."""

    name: str = field(default="", metadata={"text": 60})
    on: tuple[str, ...] = field(default=(), metadata={"names": True})
    off: tuple[str, ...] = field(default=(), metadata={"names": True})
    set: dict[str, Any] = field(default_factory=dict, metadata={"free": True})

    def contradictions(self) -> Iterable[tuple[str, str | Message]]:
        """Return contradictions as (field, words)."""
        return (*unknown("on", self.on), *unknown("off", self.off))


@dataclass(frozen=True)
class Estimand:
    """What is estimated, and the smallest effect that matters; hashed before the first run."""

    measure: str = field(default="resolution_rate", metadata={"choices": measures.SUMMARY})
    # the arm that others are compared with; by default the first
    reference: str = field(default="", metadata={"text": 60})
    matters: float = knob(
        0.0, 0.0, 1e12, unit="of the measure: the smallest effect that matters; 0 means any", source=CHOICE
    )
    level: float = knob(0.95, 0.5, 0.9999, unit="of intervals", source=CHOICE)
    within: int = knob(measures.WITHIN, 1, 3650, unit="days that count as in time", source=CHOICE)


@dataclass(frozen=True)
class Stopping:
    """When there are enough replicates: after `replicates` of the experiment, or by half-width, if given."""

    half_width: float = knob(
        0.0,
        0.0,
        1e12,
        unit="of the measure: intervals this narrow are enough; 0 never stops early",
        source=CHOICE,
    )
    first: int = knob(
        0,
        0,
        100_000,
        unit="replicates before the first look; 0 is 50 for shares and 30 for others",
        source="assumed: normal theory from there on",
    )
    step: int = knob(10, 1, 100_000, unit="replicates between looks", source=CHOICE)


@dataclass(frozen=True)
class Design:
    """Which points of the factor space become arms."""

    kind: str = field(default="arms", metadata={"choices": KINDS})
    points: int = knob(
        64,
        1,
        MOST,
        unit="points (latin, sobol), base points (saltelli) or trajectories (morris)",
        source=CHOICE,
    )
    levels: int = knob(4, 2, 100, unit="levels of a Morris trajectory", source="Morris 1991")
    mechanisms: tuple[str, ...] = field(
        default=(), metadata={"names": True}
    )  # short for factors called mechanisms.NAME
    # of a list: a CSV file, relative to the experiment file, with a column per path
    table: str = field(default="", metadata={"text": 400})

    def contradictions(self) -> Iterable[tuple[str, str | Message]]:
        """Return contradictions as (field, words)."""
        return unknown("mechanisms", self.mechanisms)


@dataclass(frozen=True)
class Experiment:
    """An experiment with the model. Frozen and checked, except against its cases, which `build_arms` does."""

    name: str = field(default="experiment", metadata={"text": 60})
    question: str = field(default="", metadata={"text": 1000})
    cases: tuple[str, ...] = field(default=(), metadata={"names": True})
    days: int = knob(0, 0, 36_500, unit="days; 0 is each case's own", source=CHOICE)
    replicates: int = knob(
        30,
        1,
        1_000_000,
        unit="replicates of every arm; the most, where it may stop early",
        source=CHOICE,
    )
    lucks_per_world: int = knob(
        0,
        0,
        10_000,
        unit="replicates in each plausible world; 0: all replicates have the numbers of the case",
        source=CHOICE,
    )
    # worlds of one's own, as `cogov calibrate` writes them: a file, relative to the experiment file
    worlds_file: str = field(default="", metadata={"text": 400})
    seed: int = knob(0, 0, 2**53, unit="random seed", source=CHOICE)
    on: tuple[str, ...] = field(default=(), metadata={"names": True})
    off: tuple[str, ...] = field(default=(), metadata={"names": True})
    set: dict[str, Any] = field(default_factory=dict, metadata={"free": True})
    keep: tuple[str, ...] = field(
        default=("series", "issues"), metadata={"names": True}
    )  # tables stored in addition to `runs`
    estimand: Estimand = field(default_factory=Estimand)
    stopping: Stopping = field(default_factory=Stopping)
    design: Design = field(default_factory=Design)
    factor: tuple[Factor, ...] = field(default=(), metadata={"each": Factor})
    arm: tuple[NamedArm, ...] = field(default=(), metadata={"each": NamedArm})

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", whole_seed(self.seed))

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        kind, factors = self.design.kind, [f.path for f in self.factors()]
        yield from (*unknown("on", self.on), *unknown("off", self.off))
        if not self.cases:
            yield "cases", "is empty: name at least one"
        if self.worlds_file and not self.lucks_per_world:
            yield "worlds_file", "is used only in plausible worlds: set lucks_per_world = 1"
        for name in self.keep:
            if name not in ("series", "issues"):
                yield "keep", Message("names {name!r}; there are: series, issues", name=name)
        if kind == "arms" and not self.arm:
            yield "design", "has kind = 'arms', but there is no [[arm]]"
        if kind == "list" and self.arm:
            yield "arm", "is not used by a design of kind 'list': name arms in its table"
        if kind == "list" and not self.design.table:
            yield "design", "has kind = 'list', but no table: name a CSV file with a column for each path"
        if kind not in ("arms", "list") and not factors:
            yield "design", Message("has kind = {kind!r}, but there is no [[factor]]", kind=kind)
        if kind in ("arms", "list") and factors:
            yield "factor", Message("is not used by a design of kind {kind!r}; leave one out", kind=kind)
        for twice in {path for path in factors if factors.count(path) > 1}:
            yield "factor" if self.factor else "design", Message("varies {path!r} twice", path=twice)

    def factors(self) -> tuple[Factor, ...]:
        """Return the factors of the file, and those that `design.mechanisms` abbreviates."""
        return (*(Factor(f"mechanisms.{name}") for name in self.design.mechanisms), *self.factor)

    def seeds(self, case: str, replicate: int) -> int:
        """Return the random seed of one replicate: the same in every arm of a case."""
        return seed_of(self.name, case, self.seed, replicate)

    def worlds(self, cases: dict[str, Scenario], arms: Iterable[DesignArm]) -> dict[str, PlausibleWorlds]:
        """Return the plausible worlds of each case, if replicates are simulated in them; else nothing.

        What the experiment or an arm sets is the same in all of them.
        """
        if not self.lucks_per_world:
            return {}
        held, active = (
            {*flatten_settings(self.set)},
            {name: {*case.mechanisms} for name, case in cases.items()},
        )
        for arm in arms:
            held |= {*arm.settings}
            active[arm.case] |= {*arm.on}
        return {
            name: PlausibleWorlds(
                alter_scenario(case, active[name]), frozenset(held), self.seed, file=self.worlds_file
            )
            for name, case in cases.items()
        }


def read_experiment(path: str | Path) -> tuple[Experiment, dict[str, Scenario], list[DesignArm]]:
    """Read a TOML file: the experiment, its cases (name -> Scenario) and its arms.

    Raises UserError with file and line.
    """
    table, at = load(path)
    experiment = resolve_paths(build_dataclass(Experiment, table, at), Path(path).parent)
    try:
        cases = build_scenarios(experiment)
        return experiment, cases, build_arms(experiment, cases)
    except UserError as error:
        if isinstance(error, FieldError) and not error.owner and error.field.partition(".")[0] in table:
            raise at.error(error.field, error.problem) from None
        raise UserError("{path}: {error}", path=path, error=error) from None


def resolve_paths(experiment: Experiment, folder: Path) -> Experiment:
    """Return the experiment with the files it names relative to `folder`, in which its file is."""
    cases = tuple(str(folder / case) if Path(case).suffix == ".toml" else case for case in experiment.cases)
    table, worlds = experiment.design.table, experiment.worlds_file
    return replace(
        experiment,
        cases=cases,
        worlds_file=str(folder / worlds) if worlds else "",
        design=replace(experiment.design, table=str(folder / table) if table else ""),
    )


def build_scenarios(
    experiment: Experiment, given: Mapping[str, Scenario] | None = None
) -> dict[str, Scenario]:
    """Return each case with the settings that all arms have in common: name -> Scenario. Raises UserError.

    `given` has scenarios by the name that the experiment uses; cases that are not in it are read.
    """
    by_name = {}
    for case in experiment.cases:
        try:
            scenario = given[case] if given and case in given else read_case(case)
        except UserError as error:
            shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(error))
            problem = Message("cannot be read: {error}", error=error if shown == str(error) else shown)
            raise FieldError("", "cases", problem) from None
        where = "on" if experiment.on else "cases"
        try:
            scenario = alter_scenario(scenario, experiment.on, experiment.off)
            where = "set" if experiment.set else "days"
            settings = flatten_settings(experiment.set)
            scenario = alter_scenario(scenario, settings=settings, days=experiment.days or None)
        except UserError as error:
            problem = Message("cannot be used in {case}: {error}", case=scenario.name, error=error)
            raise FieldError("", where, problem) from None
        if scenario.name in by_name:
            raise FieldError("", "cases", Message("names {name!r} twice", name=scenario.name))
        by_name[scenario.name] = scenario
    return by_name


def build_arms(experiment: Experiment, cases: dict[str, Scenario]) -> list[DesignArm]:
    """Return every arm of an experiment, case by case.

    The first hundred arms are checked to be runnable. `cases` is name -> Scenario, from `build_scenarios`.
    Raises UserError for too many runs, an unknown path, a value out of range, two arms of one name, or an
    unknown reference.
    """
    count = size(experiment) * len(cases)
    runs = count * experiment.replicates
    if runs > MOST:
        problem = Message(
            "has {runs:,} runs; allowed is {most:,}: use fewer levels, points or replicates, or a sampled "
            "design (sobol, latin)",
            runs=runs,
            most=MOST,
        )
        raise FieldError("", "design", problem)
    if count > ARMS:
        problem = Message(
            "has {count:,} arms, and {runs:,} runs; allowed is {most:,} arms: use fewer levels or points, or "
            "a sampled design (sobol, latin)",
            count=count,
            runs=runs,
            most=ARMS,
        )
        raise FieldError("", "design", problem)
    all_arms = [arm for scenario in cases.values() for arm in arms_of_case(experiment, scenario)]
    reference = experiment.estimand.reference
    for name in cases:
        counts = Counter(arm.name for arm in all_arms if arm.case == name)
        twice, times = max(counts.items(), key=itemgetter(1), default=("", 0))
        if times > 1:
            problem = Message(
                "has {times} arms called {name!r}; give each its own name", times=times, name=twice
            )
            raise FieldError("", "arm" if experiment.arm else "design", problem)
        if reference and reference not in counts:
            problem = Message(
                "= {reference!r} is not an arm{hint}",
                reference=reference,
                hint=suggest_names(reference, list(counts)[:20]),
            )
            raise FieldError("", "estimand.reference", problem)
    if experiment.worlds_file:
        for scenario in cases.values():
            check_worlds_file(experiment.worlds_file, scenario)
    for arm in all_arms[:CHECKED]:
        scenario_of(arm, cases[arm.case])
    return all_arms
