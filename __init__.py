"""Simulate the co-governance (共治) of urban communities: same community, same luck, other institutions."""

_WHERE = {  # name -> the room it lives in; loaded when first asked for, so that importing cogov costs nothing
    "Community": "model.mesa.model",
    "Resident": "model.mesa.agents",
    "PartyMember": "model.mesa.agents",
    "Volunteer": "model.mesa.agents",
    "PropertyManager": "model.mesa.agents",
    "GridWorker": "model.mesa.agents",
    "Scenario": "model.scenarios.scenario",
    "UserError": "engine.texts.errors",
    "read_case": "model.scenarios.cases",
    "simulate": "experiments.comparison.runs",
    "compare": "experiments.comparison.compare",
    "check_patterns": "experiments.calibration.reported_patterns",
    "mechanism_effects": "experiments.comparison.effects",
    "tell_story": "experiments.narrative.story",
    "surprising_issues": "experiments.narrative.divergence",
    "Experiment": "experiments.sweep.experiment",
    "sweep": "experiments.sweep.sweep",
    "read_results": "experiments.sweep.results",
    "analyse_sweep": "experiments.sweep.report_statistics",
    "robust_experiment": "experiments.robustness.weighing",
    "weigh": "experiments.robustness.weighing",
    "Decision": "experiments.robustness.deciding",
    "who_gains": "experiments.comparison.who_gains",
    "path_effects": "experiments.comparison.lever_paths",
}
_RENAMED = {  # what it was called until 0.1 -> what it is called now
    "ScenarioError": "UserError",
    "read": "read_case",
    "patterns": "check_patterns",
    "effects": "mechanism_effects",
    "story": "tell_story",
    "surprising": "surprising_issues",
    "results": "read_results",
    "analysed": "analyse_sweep",
}
__all__ = list(_WHERE)
TYPE_CHECKING = False  # taken for true by whoever checks types; to import it from typing costs something

if TYPE_CHECKING:  # the same names as in _WHERE, for editors and mypy
    from .engine.texts.errors import UserError as UserError
    from .experiments.calibration.reported_patterns import check_patterns as check_patterns
    from .experiments.comparison.compare import compare as compare
    from .experiments.comparison.effects import mechanism_effects as mechanism_effects
    from .experiments.comparison.lever_paths import path_effects as path_effects
    from .experiments.comparison.runs import simulate as simulate
    from .experiments.comparison.who_gains import who_gains as who_gains
    from .experiments.narrative.divergence import surprising_issues as surprising_issues
    from .experiments.narrative.story import tell_story as tell_story
    from .experiments.robustness.deciding import Decision as Decision
    from .experiments.robustness.weighing import robust_experiment as robust_experiment
    from .experiments.robustness.weighing import weigh as weigh
    from .experiments.sweep.experiment import Experiment as Experiment
    from .experiments.sweep.report_statistics import analyse_sweep as analyse_sweep
    from .experiments.sweep.results import read_results as read_results
    from .experiments.sweep.sweep import sweep as sweep
    from .model.mesa.agents import GridWorker as GridWorker
    from .model.mesa.agents import PartyMember as PartyMember
    from .model.mesa.agents import PropertyManager as PropertyManager
    from .model.mesa.agents import Resident as Resident
    from .model.mesa.agents import Volunteer as Volunteer
    from .model.mesa.model import Community as Community
    from .model.scenarios.cases import read_case as read_case
    from .model.scenarios.scenario import Scenario as Scenario

    __version__: str

if not TYPE_CHECKING:  # else no misspelt name would be noticed

    def __getattr__(name: str) -> object:
        if name == "__version__":
            from .engine.release import project

            return project()[0]
        if name not in _WHERE:
            hint = f"; it is now cogov.{_RENAMED[name]}" if name in _RENAMED else ""
            raise AttributeError(f"module 'cogov' has no attribute {name!r}{hint}")
        from importlib import import_module

        return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE, "__version__"])
