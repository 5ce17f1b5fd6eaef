"""Hold the model against facts and reported outcomes, and write the tables to docs/validation.md.

    make validation                                      # as many runs as the page is meant to have
    .venv/bin/python tools/validation.py --replicates 4 --worlds 2 --pairs 2

Besides `cogov facts` and `cogov patterns` it runs, for each headline, an experiment with one number at a time
at both ends of its prior, as `cogov sensitivity --effect` analyses it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import cogov
from cogov.engine.output import safe_streams
from cogov.engine.source_digests import version
from cogov.experiments.evidence.facts import all_facts
from cogov.experiments.evidence.grades import Evidence, all_evidence
from cogov.experiments.evidence.worlds import read_worlds
from cogov.experiments.exploration.sweep_analyses import sensitivities
from cogov.experiments.validation.general_parameters import FITTED_DAYS
from cogov.experiments.validation.pattern_scores import score_patterns
from cogov.experiments.validation.scores import score_facts
from cogov.model.scenarios.cases import alter_scenario, list_cases, read_case
from cogov.viz.text import validation_page

PAGE = Path(__file__).parent.parent / "docs" / "validation.md"
HEADLINES = (
    ("guiyuan", "building_captains", "Effect of building captains on the resolution rate in guiyuan"),
)
# besides the mechanism's own: what people are like, and what desks have
VARIED = ("residents.", "volunteers.", "party_members.", "committee.", "grid_workers.", "property_managers.")


def factors(case: str, mechanism: str) -> Iterator[Evidence]:
    """Yield the numbers of a headline that are varied: those that are uncertain."""
    scenario = alter_scenario(read_case(case), (mechanism,))
    for evidence in all_evidence(scenario):
        low, high = evidence.prior.interval
        if evidence.path.startswith((f"mechanisms.{mechanism}.", *VARIED)) and low < high:
            yield evidence


def experiment_of(case: str, mechanism: str, pairs: int, chosen: list[Evidence]) -> str:
    """Return the experiment of a headline as TOML."""
    lines = [
        'name = "validation"',
        f'question = "Which numbers carry the effect of {mechanism} in {case}?"',
        f'cases = ["{case}"]',
        f"replicates = {pairs}",
        '[design]\nkind = "one_at_a_time"',
        f'[[arm]]\nname = "without"\noff = ["{mechanism}"]',
        f'[[arm]]\nname = "with"\non = ["{mechanism}"]',
    ]
    for evidence in chosen:
        values = [value for value in evidence.prior.interval if value != evidence.value]
        lines.append(f'[[factor]]\npath = "{evidence.path}"\nvalues = {values}')
    return "\n".join(lines) + "\n"


def sensitivity_of(case: str, mechanism: str, words: str, pairs: int) -> str:
    """Run the experiment of a headline; return its part of the page."""
    chosen = list(factors(case, mechanism))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "validation.toml"
        path.write_text(experiment_of(case, mechanism, pairs, chosen), encoding="utf-8")
        cogov.sweep(path, Path(folder) / "runs")
        analyses = sensitivities(cogov.read_results(Path(folder) / "runs"), effect=mechanism)
    (analysis,) = analyses.values()
    return validation_page.sensitivity_part(words, analysis.table, len(chosen), pairs)


def write_part(name: str, text: str) -> None:
    """Write one part of the page, so that what took long is kept if the rest is interrupted."""
    page = validation_page.replace_part(PAGE.read_text("utf-8"), name, text)
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Run all of it, and write the page."""
    parser = argparse.ArgumentParser(description="Write the generated tables of docs/validation.md.")
    parser.add_argument("--replicates", type=int, default=30, help="of facts and patterns")
    parser.add_argument("--worlds", type=int, default=39, help="random worlds; 39 can give p = 0.025")
    parser.add_argument("--pattern-worlds", type=int, help="random worlds of patterns; default: as many")
    parser.add_argument("--pairs", type=int, default=10, help="pairs of runs per number of a headline")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    runs = {"replicates": options.replicates, "worlds": options.worlds, "seed": options.seed}
    members = read_worlds().to_dict("records")
    short = [name for name, fact in all_facts().items() if fact.days <= FITTED_DAYS]
    facts = score_facts(short, members=members, **runs)
    # random worlds of several years take most of an hour, so that those facts are scored without them
    slow = score_facts(sorted({*all_facts()} - {*short}), members=members, **(runs | {"worlds": 0}))
    write_part("facts", validation_page.facts_part(facts) + "\n\n" + validation_page.slow_facts_part(slow))
    if options.pattern_worlds is not None:
        runs["worlds"] = options.pattern_worlds
    patterns = score_patterns(list_cases(), **runs)
    write_part("patterns", validation_page.patterns_part(patterns))
    made = validation_page.describe_version(f"{date.today()}", version(), facts, patterns)
    write_part("version", made)
    write_part("sensitivity", "\n\n".join(sensitivity_of(*one, options.pairs) for one in HEADLINES))
    print(PAGE)


if __name__ == "__main__":
    with safe_streams():
        main()
