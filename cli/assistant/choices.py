"""The tool that weighs mechanisms against each other over plausible worlds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy import stats

from ...experiments.robustness.unstored import simulate_unstored
from ...experiments.robustness.weighing import MATTERS, Robustness, robust_experiment, stored, weigh
from ...experiments.statistics.plausible_effects import nine_of_ten, regrets
from ...experiments.sweep import sweep as sweeping
from ...experiments.sweep.experiment import Estimand, build_arms, build_scenarios
from ...experiments.sweep.results import read_results
from ...model.precompile import ensure_compiled
from .inputs import altered, options_of, read_input, refuse_long
from .quantities import (
    Answer,
    Quantity,
    command_line,
    evidence_of_mechanisms,
    label_of,
    scale_of,
    unit_of,
)
from .requests import Robust
from .simulations import LUCK_LEVEL, NINE_OF_TEN, Call, as_text, store


def weigh_case(request: Robust, call: Call) -> Answer:
    """Weigh mechanisms over plausible worlds, as `cogov robust` does; without a folder, storing nothing."""
    given = read_input(request, call.folder)
    named = [part.strip() for choice in request.choices for part in choice.split("+")]
    scenario = altered(given, request, named)
    arms = len(dict.fromkeys(request.choices)) + 1
    refuse_long(scenario, arms * request.worlds * request.lucks, ("worlds", "lucks", "choices"))
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
        estimand=Estimand(measure=request.measure, matters=MATTERS, within=request.within),
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
        ends = stats.binomtest(better, int(row["worlds"])).proportion_ci(LUCK_LEVEL, "wilson")
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
