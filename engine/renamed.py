"""What modules were called before they moved, so that an import by an old name is told the new one."""

MODULES = {  # within the package: the name until 0.1 -> the name now
    "agents.views": "model.mesa.agents",
    "experiments.analysis": "experiments.sweep.report_statistics",
    "experiments.compare": "experiments.comparison.compare",
    "experiments.effects": "experiments.comparison.effects",
    "experiments.experiment": "experiments.sweep.experiment",
    "experiments.patterns": "experiments.calibration.reported_patterns",
    "experiments.results": "experiments.sweep.results",
    "experiments.runs": "experiments.comparison.runs",
    "experiments.story": "experiments.narrative.story",
    "experiments.work": "experiments.sweep.worker",
    "model.almanac": "model.resources.calendar",
    "model.cases": "model.scenarios.cases",
    "model.categories": "model.issues.categories",
    "model.community": "model.mesa.model",
    "model.compiled": "engine.jit",
    "model.hours": "model.resources.allocation",
    "model.knobs": "engine.parameters",
    "model.ledger": "model.resources.ledger",
    "model.luck": "engine.randomness",
    "model.pull": "model.resources.levers",
    "model.reading": "engine.toml_reader",
    "model.scenario": "model.scenarios.scenario",
    "model.settling": "model.issues.work",
    "model.signing": "model.issues.consent",
    "model.sources": "engine.source_digests",
    "model.telling": "model.issues.reporting",
}


def new_name(module: str) -> str:
    """Return what a module of this package is called now; "" if it has not moved.

    >>> new_name("cogov.model.knobs"), new_name("numpy")
    ('cogov.engine.parameters', '')
    """
    package, _, name = module.partition(".")
    return f"{package}.{MODULES[name]}" if name in MODULES else ""
