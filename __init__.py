"""Simulate the co-governance (共治) of urban communities: same community, same luck, other institutions."""

_WHERE = {  # name -> the room it lives in; loaded when first asked for, so that importing cogov costs nothing
    "Community": "model.mesa.model",
    "Resident": "model.mesa.agents",
    "PartyMember": "model.mesa.agents",
    "Volunteer": "model.mesa.agents",
    "PropertyManager": "model.mesa.agents",
    "GridWorker": "model.mesa.agents",
    "Scenario": "model.scenarios.scenario",
    "UserError": "engine.parameters",
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


def __getattr__(name):
    if name == "__version__":
        from .engine.release import project

        return project()[0]
    if name not in _WHERE:
        hint = f"; it is now cogov.{_RENAMED[name]}" if name in _RENAMED else ""
        raise AttributeError(f"module 'cogov' has no attribute {name!r}{hint}")
    from importlib import import_module

    return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__():
    return sorted([*globals(), *_WHERE, "__version__"])
