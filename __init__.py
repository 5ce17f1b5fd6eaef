"""Co-governance (共治) of an urban community, lived one day at a time: same community, same luck, other institutions."""

_WHERE = {  # name -> the room it lives in; loaded when first asked for, so that importing cogov costs nothing
    "Community": "model.mesa.model",
    "Resident": "model.mesa.agents",
    "PartyMember": "model.mesa.agents",
    "Volunteer": "model.mesa.agents",
    "PropertyManager": "model.mesa.agents",
    "GridWorker": "model.mesa.agents",
    "Scenario": "model.scenario",
    "ScenarioError": "engine.parameters",
    "read": "model.cases",
    "simulate": "experiments.comparison.runs",
    "compare": "experiments.comparison.compare",
    "patterns": "experiments.calibration.reported_patterns",
    "effects": "experiments.comparison.effects",
    "story": "experiments.narrative.story",
    "surprising": "experiments.narrative.divergence",
    "Experiment": "experiments.sweep.experiment",
    "sweep": "experiments.sweep.sweep",
    "results": "experiments.sweep.results",
    "analysed": "experiments.sweep.report_statistics",
}
__all__ = list(_WHERE)


def __getattr__(name):
    if name == "__version__":
        from .engine.release import project

        return project()[0]
    if name not in _WHERE:
        raise AttributeError(f"module 'cogov' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__():
    return sorted([*globals(), *_WHERE, "__version__"])
