"""Tools that simulate: run, compare, robust, and the plan of a sweep. Long ones say how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from ...engine.texts import translate
from ...engine.texts.errors import FieldError, UserError
from ...engine.toml_reader import build_dataclass, parse_text
from ...experiments.comparison import runs
from ...experiments.comparison.compare import Comparison, compare
from ...experiments.comparison.parallel_jobs import run_jobs
from ...experiments.files import manifest
from ...experiments.files.csv_tables import write_csv
from ...experiments.robustness.unstored import simulate_unstored
from ...experiments.robustness.weighing import Robustness, robust_experiment, stored, weigh
from ...experiments.statistics.plausible_effects import (
    NONE,
    nine_of_ten,
    regrets,
    sentence_of_disagreement,
    sentence_of_effect,
)
from ...experiments.sweep import sweep as sweeping
from ...experiments.sweep.experiment import Estimand, Experiment, build_arms, build_scenarios
from ...experiments.sweep.results import read_results
from ...model.precompile import ensure_compiled
from ...model.scenarios.cases import list_cases, list_examples
from ...model.scenarios.scenario import Scenario
from ...viz.i18n.words import mechanism
from .inputs import CaseInput, altered, changes_of, options_of, read_input, refuse_large, refuse_long
from .quantities import (
    Answer,
    Evidence,
    Quantity,
    command_line,
    evidence_of_mechanisms,
    label_of,
    scale_of,
    unit_of,
)
from .requests import Compare, OfCase, OfRuns, Robust, Run, SweepPlan
from .storage import ResultFolder

NINE_OF_TEN = 0.9
LUCK_LEVEL = 0.95  # of the interval of a mean difference
NAN = float("nan")
TRIALS = 3  # estimates of the time of a sweep, each of three short runs of each case
SWEEP_FILE = "sweep.toml"  # what a sweep that was given as text is called, in errors and commands
Advance = Callable[[float, float], object]  # (done, of): tells how far a call is; raises when it is cancelled


class Call:
    """What every simulation needs: language, folder, number of processes, and how to tell progress."""

    def __init__(self, lang: str, folder: ResultFolder, workers: int | None, advance: Advance):
        self.lang, self.folder, self.workers, self.advance = lang, folder, workers, advance

    def counter(self, of: int) -> Callable[[], None]:
        """Return what is called after each of `of` steps."""
        self.advance(0, of)
        done = 0

        def count_one() -> None:
            nonlocal done
            done += 1
            self.advance(done, of)

        return count_one

    def say(self, key: str, **values: object) -> str:
        """Return a text of the answers in the language of the call."""
        return translate(self.lang, "assistant", key, **values)

    def open_folder(self, tool: str, given: CaseInput, asked: OfRuns) -> tuple[Path | None, CaseInput]:
        """Return the folder of the results, and the case by its file, if its text is stored there."""
        where = self.folder.open_subfolder(tool, given.scenario.name, vars(asked))
        if where and given.text:
            path = where / given.named
            path.write_text(given.text, encoding="utf-8")
            given = CaseInput(given.scenario, str(path), given.text)
        return where, given

    def answer(self, verdict: str, command: str, given: CaseInput, **parts: Any) -> Answer:
        """Return an answer; of a case that was given as text and is not stored, say what its file is."""
        notes = [*parts.pop("notes", ())]
        if given.text and "/" not in given.named:
            notes.append(self.say("given as text", file=given.named))
        return Answer(verdict, command, notes=notes, **parts)


def run_case(request: Run, call: Call) -> Answer:
    """Simulate a case several times; return the median and the middle nine of ten of each measure."""
    given = read_input(request, call.folder)
    scenario = altered(given, request)
    refuse_long(scenario, request.replicates, "replicates")
    where, given = call.open_folder("run", given, request)
    ensure_compiled(list(scenario.mechanisms))
    job = partial(measure_run, scenario, request.within, request.seed)
    done = list(run_jobs(job, request.replicates, call.workers, call.counter(request.replicates), 1))
    table = pd.DataFrame(done, index=pd.RangeIndex(request.seed, request.seed + len(done), name="seed"))
    options = {**options_of(request), "seed": None}
    seeds = f"{request.seed} {request.seed + request.replicates - 1}"
    command = (
        f"for s in $(seq {seeds}); do {command_line(['run', given.named], options)} --seed $s --json; done"
    )
    evidence = evidence_of_mechanisms(scenario.mechanisms, call.lang)
    numbers = []
    for name in request.measures:
        values = table[name].dropna().to_numpy(float) * scale_of(name)
        low, high = nine_of_ten(values) if len(values) else (NAN, NAN)
        numbers.append(
            Quantity(
                name,
                label_of(name, call.lang),
                float(np.median(values)) if len(values) else NAN,
                low,
                high,
                NINE_OF_TEN,
                call.say("nine of ten runs", runs=len(values)),
                unit_of(name, call.lang),
                len(values),
                evidence,
                command,
            )
        )
    verdict = call.say(
        "run",
        case=scenario.name,
        runs=len(done),
        days=scenario.days,
        count=len(scenario.mechanisms),
        first=numbers[0].sentence(call.lang) if numbers else "",
    )
    store(where, "run", command, scenario, {"measures": table}, seed=request.seed, within=request.within)
    return call.answer(verdict, command, given, numbers=numbers, stored=as_text(where))


def measure_run(scenario: Scenario, within: int, seed: int, number: int) -> dict[str, float]:
    """Return all measures of the run of a number."""
    return runs.simulate(scenario, seed=seed + number, within=within).summary


def compare_case(request: Compare, call: Call) -> Answer:
    """Compare a case without and with mechanisms, as `cogov compare` does."""
    given = read_input(request, call.folder)
    scenario = altered(given, request, request.mechanisms)
    worlds = 0 if request.fixed else request.worlds
    refuse_long(scenario, 2 * (request.replicates + worlds), "replicates or worlds")
    where, given = call.open_folder("compare", given, request)
    result = compare(
        given.scenario,
        request.mechanisms,
        replicates=request.replicates,
        worlds=worlds,
        seed=request.seed,
        **changes_of(request),
        within=request.within,
        workers=call.workers,
        progress=call.counter(request.replicates + worlds),
    )
    options = {
        "mechanism": list(request.mechanisms),
        "replicates": request.replicates,
        **({"fixed": True} if request.fixed else {"worlds": worlds}),
        **options_of(request),
    }
    command = command_line(["compare", given.named], options)
    numbers = [*effects_of_luck(result, request.measures, command, call)]
    if worlds:
        numbers = [*effects_over_worlds(result, request.measures, command, call), *numbers]
    if where:
        result.save(where, command)
    return call.answer(
        verdict_of(result, numbers, call), command, given, numbers=numbers, stored=as_text(where)
    )


def verdict_of(result: Comparison, numbers: list[Quantity], call: Call) -> str:
    """Return the verdict of `cogov compare`; in Chinese made of the same sentences."""
    if call.lang == "en":
        return result.verdict()
    luck = next((n for n in numbers if n.level == LUCK_LEVEL), None)
    name = "、".join(mechanism("zh", name) for name in result.mechanisms)
    parts = []
    if len(result.worlds):
        parts.append(
            sentence_of_effect(name, NONE, result.ranges.loc["resolution_rate"], "resolution_rate", "zh")
        )
        parts.append(sentence_of_disagreement(name, result.ranges, "resolution_rate", "zh"))
    if luck:
        parts.append(call.say("with the case", sentence=luck.sentence("zh")))
    return "".join(part for part in parts if part)


def effects_over_worlds(
    result: Comparison, names: Iterable[str], command: str, call: Call
) -> Iterable[Quantity]:
    """Yield the median effect on each measure, and the range of nine of ten plausible worlds."""
    for name in names:
        row, scale = result.ranges.loc[name], scale_of(name)
        yield Quantity(
            f"effect_on_{name}_over_worlds",
            call.say("change of", measure=label_of(name, call.lang)),
            scale * row["median"],
            scale * row["p5"],
            scale * row["p95"],
            NINE_OF_TEN,
            call.say("nine of ten worlds", worlds=int(row["worlds"])),
            unit_of(name, call.lang, change=True),
            int(row["worlds"]),
            evidence_of_mechanisms(result.mechanisms, call.lang),
            command,
        )


def effects_of_luck(result: Comparison, names: Iterable[str], command: str, call: Call) -> Iterable[Quantity]:
    """Yield the mean effect on each measure with the numbers of the case, and its interval of luck."""
    for name in names:
        row, scale = result.table.loc[name], scale_of(name)
        yield Quantity(
            f"effect_on_{name}_of_luck",
            call.say("change of", measure=label_of(name, call.lang)),
            scale * row["difference"],
            scale * row["low"],
            scale * row["high"],
            LUCK_LEVEL,
            call.say("interval of luck", pairs=int(row["pairs"])),
            unit_of(name, call.lang, change=True),
            int(row["pairs"]),
            evidence_of_mechanisms(result.mechanisms, call.lang),
            command,
        )


def weigh_case(request: Robust, call: Call) -> Answer:
    """Weigh mechanisms over plausible worlds, as `cogov robust` does; without a folder, storing nothing."""
    given = read_input(request, call.folder)
    named = [part.strip() for choice in request.choices for part in choice.split("+")]
    scenario = altered(given, request, named)
    where, given = call.open_folder("robust", given, request)
    in_memory = bool(given.text and not where)
    experiment = robust_experiment(
        given.scenario if in_memory else given.named,
        request.choices,
        worlds=request.worlds,
        lucks=request.lucks,
        seed=request.seed,
        days=request.days or None,
        changes={"on": request.on, "off": request.off, "settings": options_of(request)["set"]},
        estimand=Estimand(measure=request.measure, matters=0.01, within=request.within),
    )
    options = {
        "mechanism": list(request.choices),
        "worlds": request.worlds,
        "lucks": request.lucks if request.lucks > 1 else None,
        "measure": request.measure,
        **options_of(request),
    }
    command = command_line(["robust", given.named], options)
    cases = build_scenarios(experiment, {given.scenario.name: given.scenario} if in_memory else {})
    plan = sweeping.SweepPlan(experiment, cases, build_arms(experiment, cases), command)
    refuse_long(scenario, len(plan.arms) * request.worlds * request.lucks, "worlds, lucks or choices")
    ensure_compiled(list(scenario.mechanisms))
    result = simulate_worlds(plan, where, call)
    choice, sentences = result.sentence_of_choice(call.lang), list(result.sentences(call.lang))[:-1]
    numbers = [*ranges_of_choices(result, command, call)]
    frames = {"choices": result.table, "pairs": result.pairs, "hangs_on": result.carriers}
    store(
        where,
        "robust",
        command,
        scenario,
        {**frames, "effects": result.effects},
        sentences=list(result.sentences()),
        worlds=request.worlds,
        measure=request.measure,
        seed=request.seed,
        within=request.within,
    )
    verdict = " ".join([choice, *(sentence.strip() for sentence in sentences)])
    notes = [call.say("failed", count=result.failed)] if result.failed else []
    return call.answer(verdict, command, given, numbers=numbers, notes=notes, stored=as_text(where))


def simulate_worlds(plan: sweeping.SweepPlan, where: Path | None, call: Call) -> Robustness:
    """Simulate the runs of a plan, stored in a folder or in memory only; return what they say of its case."""
    if where:

        def advance(done: int, of: int, failed: int, now: int) -> None:
            call.advance(done, of)

        sweeping.sweep(plan, stored(where), workers=call.workers, progress=advance)
        (result,) = weigh(read_results(stored(where))).values()
        return result
    worlds = plan.experiment.replicates // plan.experiment.lucks_per_world
    (result,) = weigh(simulate_unstored(plan, call.workers, call.counter(worlds))).values()
    return result


def ranges_of_choices(result: Robustness, command: str, call: Call) -> Iterable[Quantity]:
    """Yield effect, share of worlds, regret and hours of each choice, the best first."""
    measure, lang = result.measure, call.lang
    worlds = len(result.values.dropna())
    regret = regrets(result.values.drop(columns=result.too_dear), result.smaller)
    for arm, row in result.ranked.iterrows():
        evidence = evidence_of_mechanisms(str(arm).split(" + "), lang)
        hours = result.effects_on("hours")[arm].dropna().to_numpy(float)
        better = round(row["better"] * row["worlds"])
        ends = binomtest(better, int(row["worlds"])).proportion_ci(LUCK_LEVEL, "wilson")
        lost = regret[arm].to_numpy(float)
        for key, words, values, level, holds, unit in (
            (
                "effect",
                call.say("change of", measure=label_of(measure, lang)),
                (scale_of(measure) * row[["median", "p5", "p95"]]).tolist(),
                NINE_OF_TEN,
                call.say("nine of ten worlds", worlds=int(row["worlds"])),
                unit_of(measure, lang, change=True),
            ),
            (
                "better_in",
                call.say("better in"),
                [100.0 * row["better"], 100.0 * ends.low, 100.0 * ends.high],
                LUCK_LEVEL,
                call.say("interval of a share", worlds=int(row["worlds"])),
                call.say("unit.worlds"),
            ),
            (
                "regret",
                call.say("regret"),
                [scale_of(measure) * x for x in (lost.mean(), *nine_of_ten(lost))],
                NINE_OF_TEN,
                call.say("nine of ten worlds", worlds=worlds),
                unit_of(measure, lang, change=True),
            ),
            (
                "hours",
                call.say("change of", measure=label_of("hours", lang)),
                [float(np.median(hours)), *nine_of_ten(hours)],
                NINE_OF_TEN,
                call.say("nine of ten worlds", worlds=len(hours)),
                unit_of("hours", lang),
            ),
        ):
            label = f"{arm}{'：' if lang == 'zh' else ': '}{words}"
            runs_used = int(row["worlds"])
            yield Quantity(f"{arm}: {key}", label, *values, level, holds, unit, runs_used, evidence, command)


def plan_sweep(request: SweepPlan, call: Call) -> Answer:
    """Count the runs and arms of a sweep, and estimate its time and disk space; run none of them."""
    experiment, cases = read_sweep(request.sweep_toml, call.folder)
    plan = sweeping.SweepPlan(experiment, cases, build_arms(experiment, cases))
    command = command_line(["sweep", SWEEP_FILE], {"plan": True})
    arms = len(plan.arms)
    count = arms * experiment.replicates
    exact, design = call.say("exact"), Evidence(None, call.say("by design"))
    numbers = [
        Quantity(name, call.say(name), value, value, value, None, exact, "", 0, design, command)
        for name, value in (("runs", count), ("arms", arms), ("replicates", experiment.replicates))
    ]
    if request.measure_time:
        names = {name for case in cases.values() for name in case.mechanisms}
        ensure_compiled(sorted(names | {name for arm in plan.arms for name in arm.on}))
        tick = call.counter(TRIALS)
        costs = []
        for _ in range(TRIALS):
            costs.append(sweeping.estimate_cost(plan))
            tick()
        measured = Evidence(None, call.say("trial runs", trials=TRIALS, runs=3 * len(cases)))
        for name, values, unit in (
            ("seconds", [cost.seconds for cost in costs], call.say("unit.seconds")),
            ("megabytes", [cost.bytes / 1e6 for cost in costs], "MB"),
        ):
            low, middle, high = sorted(values)
            holds = call.say("lowest to highest", trials=TRIALS)
            numbers.append(
                Quantity(
                    name, call.say(name), middle, low, high, None, holds, unit, TRIALS, measured, command
                )
            )
    verdict = call.say("plan", name=experiment.name, runs=f"{count:,}", arms=arms, cases=len(cases))
    notes = [call.say("sweep file", file=SWEEP_FILE)]
    return Answer(verdict, command, numbers=numbers, notes=notes)


def read_sweep(text: str, folder: ResultFolder) -> tuple[Experiment, dict[str, Scenario]]:
    """Read the text of an experiment file and its cases. Raises UserError.

    Cases are those that ship, or files in the folder; a table of arms is a file, and not read here.
    """
    table, at = parse_text(text, SWEEP_FILE)
    experiment = build_dataclass(Experiment, table, at)
    if experiment.design.table:
        raise at.error(
            "design.table",
            "= {table!r} names a file, which this server does not read; use `cogov sweep FILE --plan`",
            table=experiment.design.table,
        )
    given = {}
    for case in experiment.cases:
        if case not in (*list_cases(), *list_examples()):
            given[case] = read_input(OfCase(case=case), folder).scenario
    try:
        cases = build_scenarios(experiment, given)
        for scenario in cases.values():
            refuse_large(scenario)
    except UserError as error:
        if isinstance(error, FieldError) and not error.owner and error.field.partition(".")[0] in table:
            raise at.error(error.field, error.problem) from None
        raise
    return experiment, cases


def store(
    where: Path | None,
    made_by: str,
    command: str,
    scenario: Scenario,
    tables: dict[str, pd.DataFrame],
    **asked: Any,
) -> None:
    """Write tables and a manifest into the folder of the results, if there is one."""
    if where is None:
        return
    for name, table in tables.items():
        write_csv(table, where / f"{name}.csv")
    manifest.write_manifest(
        where, made_by, command=command, cases=[scenario], tables=[f"{name}.csv" for name in tables], **asked
    )


def as_text(where: Path | None) -> str | None:
    """Return a path as text; None of none."""
    return None if where is None else str(where)
