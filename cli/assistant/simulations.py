"""Tools that simulate a case, and compare it with and without mechanisms; they say how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.texts import translate
from ...experiments.comparison import runs
from ...experiments.comparison.compare import Comparison, compare
from ...experiments.comparison.parallel_jobs import run_jobs
from ...experiments.files import manifest
from ...experiments.files.csv_tables import write_csv
from ...experiments.statistics.plausible_effects import (
    NONE,
    nine_of_ten,
    sentence_of_disagreement,
    sentence_of_effect,
)
from ...model.precompile import ensure_compiled
from ...model.scenarios.scenario import Scenario
from ...viz.i18n.words import mechanism
from .inputs import CaseInput, altered, changes_of, options_of, read_input, refuse_long
from .quantities import (
    Answer,
    Quantity,
    command_line,
    evidence_of_mechanisms,
    label_of,
    scale_of,
    unit_of,
)
from .requests import Compare, OfRuns, Run
from .storage import ResultFolder

NINE_OF_TEN = 0.9
LUCK_LEVEL = 0.95  # of the interval of a mean difference
NAN = float("nan")
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
    refuse_long(scenario, request.replicates, ("replicates",))
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
    refuse_long(scenario, 2 * (request.replicates + worlds), ("replicates", "worlds"))
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
