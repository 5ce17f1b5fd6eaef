"""The description of the model names everything that exists.

Those parts of it that are generated from the code are up to date.
"""

import json
import re
import sys
from pathlib import Path

import pytest
from cli_runner import typist

import cogov
from cogov.cli import main as command
from cogov.engine.settings import parse_setting
from cogov.engine.texts import sections
from cogov.experiments.comparison.effects import OWN, mechanism_effects
from cogov.experiments.comparison.parameter_paths import list_parameters
from cogov.experiments.evidence.knobs import value_at
from cogov.model import mechanisms
from cogov.model.issues.categories import FAMILIES
from cogov.model.issues.consent_rules import RULES
from cogov.model.issues.issue_table import ALLOWED, STATES
from cogov.model.resources.levers import LEVERS
from cogov.model.scenarios.scenario import Scenario
from cogov.viz.figures.model_diagrams import identity
from cogov.viz.text.agent_catalogue import RELATIONS, describe_agents, describe_kind
from cogov.viz.text.agent_tables import agents_page
from cogov.viz.text.evidence_tables import evidence_page
from cogov.viz.text.model_pages import measures_page, with_section
from cogov.viz.text.parameter_tables import page
from cogov.viz.text.validation_page import format_effect

DOCS = Path(cogov.__file__).parent / "docs"
STALE = "is not what the code says now: write it anew with `cogov docs`"
ODD = (DOCS / "ODD.md").read_text("utf-8")


def test_parameters_are_those_of_the_code():
    assert (DOCS / "parameters.md").read_text("utf-8") == page(list_parameters()), (
        f"docs/parameters.md {STALE}"
    )


def test_the_page_of_agents_is_what_their_files_say():
    assert (DOCS / "agents.md").read_text("utf-8") == agents_page(describe_agents()), (
        f"docs/agents.md {STALE}"
    )


def test_what_is_said_of_mechanisms_is_what_their_files_say():
    assert with_section(ODD) == ODD, f"docs/ODD.md {STALE}"


def test_the_page_of_measures_is_what_their_declarations_say():
    assert (DOCS / "measures.md").read_text("utf-8") == measures_page(), f"docs/measures.md {STALE}"


@pytest.mark.parametrize("mechanism", ["building_captains", "joint_council"])
def test_the_page_of_effects_is_what_the_model_gives(mechanism):
    """One case and two mechanisms are simulated again, in the worlds of the page."""
    text = (DOCS / "effects.md").read_text("utf-8")
    worlds = int(re.search(r"in (\d+) plausible worlds each", text)[1])
    table = mechanism_effects("wuzi_yard", [mechanism], replicates=worlds)
    for part, measure in (("all issues", "resolution_rate"), ("own issues", OWN)):
        lines = text.partition(f"<!-- {part}: ")[2].splitlines()
        heads = next(line for line in lines if line.startswith("| mechanism"))
        row = next(line for line in lines if line.startswith(f"| {mechanism} "))
        cells = dict(zip(*([cell.strip() for cell in line.split("|")] for line in (heads, row))))
        assert cells["wuzi"] == format_effect(table.loc[(mechanism, measure)]), "make effects"


def test_the_page_of_evidence_is_that_of_the_files():
    assert (DOCS / "evidence.md").read_text("utf-8") == evidence_page(), f"docs/evidence.md {STALE}"


def test_every_kind_of_person_decides_something_and_has_numbers():
    for kind in describe_agents():
        assert (
            kind.decisions
            and kind.parameters
            and all(decision.rule.endswith(".") for decision in kind.decisions)
        )
    assert describe_kind("grid_workers").asked_by == ("grid_patrol", "whistle")


def test_the_diagram_of_agents_shows_every_relation():
    drawn_ids = set(re.findall(r'id="([a-z_]+-[a-z_]+)"', (DOCS / "agents.svg").read_text("utf-8")))
    assert drawn_ids >= {f"{who}-{whom}" for who, _, whom in RELATIONS}


def list_edges(name):
    """Return which names are connected in a diagram."""
    return set(re.findall(r'<g id="(\w+-\w+)"', (DOCS / name).read_text("utf-8")))


def test_the_life_of_an_issue_is_drawn_as_it_is():
    assert list_edges("lifecycle.svg") == {
        identity(STATES[state], STATES[to]) for state, allowed in ALLOWED.items() for to in allowed
    }, f"docs/lifecycle.svg {STALE}"


def test_every_pull_is_drawn():
    pulls = {
        identity(name, lever)
        for name in mechanisms.list_mechanisms()
        for lever in mechanisms.load_class(name).pulls
    }
    assert list_edges("levers.svg") == pulls, f"docs/levers.svg {STALE}"


def test_diagrams_are_written_the_same_twice(tmp_path, monkeypatch):
    for folder in ("one", "other"):
        monkeypatch.setattr(sys, "argv", ["cogov", "docs", str(tmp_path / folder)])
        with pytest.raises(SystemExit):
            command.main()
    written = [
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("one", "other")
    ]
    assert (
        written[0].keys()
        == {
            "parameters.md",
            "agents.md",
            "evidence.md",
            "measures.md",
            "lifecycle.svg",
            "levers.svg",
            "agents.svg",
        }
        and written[0] == written[1]
    )


NAMES = {
    "mechanism": [f"**`{name}`** {mechanisms.load_class(name).zh}" for name in mechanisms.list_mechanisms()],
    "family": [f"{name} {sections('zh')['family'][name]}" for name in FAMILIES],
    "lever": [f"| `{name}` | {zh} |" for name, zh in sections("zh")["lever_short"].items()]
    + [f"`{name}`" for name in LEVERS],
    "rule of consent": [f"`{name}`" for name in RULES],
    "state": STATES,
}


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_is_left_out(kind):
    said = " ".join(ODD.split())
    assert [name for name in NAMES[kind] if name not in said] == [], f"docs/ODD.md leaves out a {kind}"


def test_it_counts_right():
    assert len(LEVERS) == 16 and "sixteen named levers" in " ".join(ODD.split()), (
        "docs/ODD.md counts other levers"
    )


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text("utf-8"), flags=re.S)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [
        link for link in links if not (path.parent / (link.partition("#")[0] or path.name)).exists()
    ] == []
    here = [
        (path.parent / (file or path.name), anchor)
        for file, _, anchor in (link.partition("#") for link in links)
        if anchor
    ]
    assert [(file.name, anchor) for file, anchor in here if anchor not in anchors(file)] == []


def anchors(path):
    """Return the anchors that GitHub gives to the headings of a page."""
    heads = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_parameter_can_be_set_by_its_path():
    plain = Scenario(mechanisms=mechanisms.all_mechanisms())
    for one in list_parameters():
        if not one.path.startswith("[["):
            assert parse_setting(plain, f"{one.path}={one.default}") == (one.path, value_at(plain, one.path))


@pytest.fixture
def knobs(monkeypatch, capsys):
    """Type `cogov knobs`; returns (exit status, standard output, standard error)."""
    return typist(monkeypatch, capsys, "knobs")


def test_parameters_are_listed(knobs):
    status, out, _ = knobs("issues.litter", "--json")
    told = {one["path"]: one for one in json.loads(out)}
    assert status == 0 and all(path.startswith("issues.litter.") for path in told)
    assert told["issues.litter.rate"]["default"] == 0.21 and told["issues.litter.rate"]["cases"] == {
        "shuian": 0.47
    }
    status, out, _ = knobs("mechanisms.grid_patrol")
    assert status == 0 and "paperwork_share" in out and "1/hour on" in out
    assert knobs("--markdown")[1] == page(list_parameters())


def test_an_unknown_parameter_is_refused_with_the_way_out(knobs):
    status, out, err = knobs("staff")
    assert status == 2 and out == "" and "committee.staff" in err and err.count("\n") == 1
