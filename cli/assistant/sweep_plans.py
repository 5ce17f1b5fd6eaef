"""The tool that plans a sweep: how many runs it has, and how long they take; it runs none of them."""

from __future__ import annotations

from ...engine.texts.errors import FieldError, UserError
from ...engine.toml_reader import build_dataclass, parse_text
from ...experiments.sweep import sweep as sweeping
from ...experiments.sweep.experiment import Experiment, build_arms, build_scenarios
from ...model.precompile import ensure_compiled
from ...model.scenarios.cases import list_cases, list_examples
from ...model.scenarios.scenario import Scenario
from .inputs import read_input, refuse_large
from .quantities import Answer, Evidence, Quantity, command_line
from .requests import OfCase, SweepPlan
from .simulations import Call
from .storage import ResultFolder

TRIALS = 3  # estimates of the time of a sweep, each of three short runs of each case
SWEEP_FILE = "sweep.toml"  # what a sweep that was given as text is called, in errors and commands


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

    Cases are those that ship, or files in the folder; other files, a table of arms and
    worlds of one's own, are not read.
    """
    table, at = parse_text(text, SWEEP_FILE)
    experiment = build_dataclass(Experiment, table, at)
    files = {"design.table": experiment.design.table, "worlds_file": experiment.worlds_file}
    for key, file in files.items():
        if file:
            raise at.error(
                key,
                "= {file!r} names a file, which this server does not read; use `cogov sweep FILE --plan`",
                file=file,
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
