"""Co-governance (共治) of an urban community, lived one day at a time: same community, same luck, other institutions."""

_WHERE = {  # name -> the room it lives in; loaded when first asked for, so that importing cogov costs nothing
    "Community": "model.community",
    "Resident": "agents.views",
    "PartyMember": "agents.views",
    "Volunteer": "agents.views",
    "PropertyManager": "agents.views",
    "GridWorker": "agents.views",
    "Scenario": "model.scenario",
    "ScenarioError": "model.knobs",
    "read": "model.cases",
    "simulate": "experiments.runs",
    "compare": "experiments.compare",
    "patterns": "experiments.patterns",
    "effects": "experiments.effects",
    "story": "experiments.story",
    "surprising": "experiments.surprises",
    "Experiment": "experiments.experiment",
    "sweep": "experiments.sweep",
    "results": "experiments.results",
    "analysed": "experiments.analysis",
}
__all__ = list(_WHERE)


def __getattr__(name):
    if name == "__version__":
        from .model.release import project

        return project()[0]
    if name not in _WHERE:
        raise AttributeError(f"module 'cogov' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_WHERE[name]}", __name__), name)


def __dir__():
    return sorted([*globals(), *_WHERE, "__version__"])
