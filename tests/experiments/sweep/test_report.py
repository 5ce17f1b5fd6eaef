"""A report opens without a network, runs no script, agrees with the numbers, and can be passed on."""

import json
import re
import zipfile
from hashlib import sha256
from html.parser import HTMLParser

import pandas as pd
import pytest

from cogov.engine.texts.errors import UserError
from cogov.experiments.files.user_mechanisms import active_mechanisms
from cogov.experiments.sweep.archive import pack_sweep
from cogov.experiments.sweep.experiment import Estimand, Experiment, NamedArm
from cogov.experiments.sweep.ledger import Damaged
from cogov.experiments.sweep.registration import digest_question
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.results import read_results, verify
from cogov.experiments.sweep.sweep import Execution, sweep
from cogov.experiments.sweep.worker import RunOutcome, work
from cogov.viz import report

HOSTILE = '<script>alert(1)</script> "&'
FORMULA = "=HYPERLINK(1)"
ASKED = Experiment(
    name=HOSTILE,
    question=f"Does {HOSTILE} $x_1$ help?",
    cases=("wuzi_yard",),
    days=60,
    replicates=4,
    estimand=Estimand(measure="reported", reference=FORMULA, matters=1.0, within=20),
    arm=(
        NamedArm(FORMULA, off=("building_captains",)),
        NamedArm(HOSTILE, on=("grid_patrol",)),
        NamedArm("$fails_1$"),
    ),
)


def work_with_failure(terms, orders):
    """Do the work, but one arm fails in one replicate with words that a browser would run."""
    return [
        RunOutcome(o, "failed", 0.0, failure=f"Traceback\nOops: {HOSTILE}")
        if o.arm.name == "$fails_1$" and o.replicate == 1
        else work(terms, [o])[0]
        for o in orders
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "swept"
    sweep(ASKED, out, workers=0, limit=0, execution=Execution(job=work_with_failure))
    return out


@pytest.fixture(scope="module")
def page_text(folder):
    found = analyse_sweep(folder)
    return found, report.save(found, folder / "report")


class Page(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "srcset", "action")]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_data(self, data):
        self.text += data


def test_a_page_asks_for_nothing_and_runs_nothing(page_text):
    page = Page(page_text[1].read_text("utf-8"))
    assert not {"script", "iframe", "object", "embed", "link", "form"} & set(page.tags)
    assert page.links and all(link.startswith("data:image/svg+xml;base64,") for link in page.links)
    assert "default-src 'none'" in page_text[1].read_text("utf-8")


def test_what_a_user_wrote_is_text(page_text):
    page = Page(page_text[1].read_text("utf-8"))
    for told in (HOSTILE, FORMULA, f"Oops: {HOSTILE}", ASKED.question):
        assert told in page.text


def test_a_card_says_what_the_table_says(page_text):
    found, path = page_text
    text = Page(path.read_text("utf-8")).text
    for case, arm, verdict, words in found.sentences():
        assert found.verdicts.loc[(case, arm), "verdict"] == verdict
        assert words.startswith(verdict) and arm in text and words in text
    assert len(found.sentences()) == 2


def test_a_badge_grades_each_mechanism_that_is_on_somewhere(page_text):
    found, path = page_text
    text = path.read_text("utf-8")
    on = set().union(*active_mechanisms(found.results.plan))
    assert {"building_captains", "grid_patrol"} <= on and text.count("<span class='grade'") == len(on)
    title = re.search(r"<span class='grade' title='([^']*)'>grade 2 of 4</span> building_captains", text)[1]
    assert "grade 2 of 4" in title and "证据等级2" in title


def test_failures_are_counted_where_they_are(page_text):
    found, path = page_text
    assert found.failures.loc[("wuzi_yard", "$fails_1$")].tolist()[:2] == [4, 1]
    row = found.verdicts.loc[("wuzi_yard", "$fails_1$")]
    assert (row.pairs, row.failed) == (3, 1)
    assert "1 failed" in report.state(found)


def test_the_estimand_was_stated_before_the_first_run(page_text):
    found, path = page_text
    first = found.results.manifest["registered"][0]
    assert (
        first["runs_before"] == 0
        and first["digest"] == digest_question(found.results.plan)
        and first["digest"] in path.read_text("utf-8")
    )


def test_tables_are_safe_for_spreadsheets_and_exact_in_parquet(page_text):
    found, path = page_text
    plain = pd.read_parquet(path.parent / "tables" / "verdicts.parquet")
    pd.testing.assert_frame_equal(plain, found.verdicts.reset_index(), check_dtype=False)
    for table in (path.parent / "tables").glob("*.csv"):
        for line in table.read_text("utf-8").splitlines():
            assert not any(cell.strip('"').startswith("=") for cell in line.split(",")), table.name
    assert "'" + FORMULA in (path.parent / "tables" / "means.csv").read_text("utf-8")


def test_every_figure_is_there_twice(page_text):
    found, path = page_text
    names = {one.stem for one in (path.parent / "figures").glob("*.png")}
    assert (
        names
        == {one.stem for one in (path.parent / "figures").glob("*.svg")}
        == {"verdicts", "price_yuan", "price_hours", "equity", "convergence", "survival"}
    )


def test_an_archive_is_whole_described_and_opens_again(page_text, folder, tmp_path):
    path = pack_sweep(folder, tmp_path / "handed on.zip")
    with zipfile.ZipFile(path) as zip_:
        zip_.extractall(tmp_path / "there")
        names = set(zip_.namelist())
    there = tmp_path / "there"
    crate = json.loads((there / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    assert {one["@id"] for one in crate if one["@type"] == "File"} == names - {"ro-crate-metadata.json"}
    assert {"model/ODD.md", "report/report.html"} <= names
    for line in (there / "SHA256SUMS").read_text("utf-8").splitlines():
        told, _, name = line.partition("  ")
        assert sha256((there / name).read_bytes()).hexdigest() == told
        names.discard(name)
    assert names == {"SHA256SUMS"}  # every other file has its checksum
    (there / "report/report.html").write_text("another")
    with pytest.raises(Damaged, match=r"report/report\.html is not what was written .* according to"):
        verify(there, 0)
    assert read_results(there).digest() == read_results(folder).digest()
    assert json.loads((there / "CITATION.cff").read_text("utf-8"))["version"] == read_results(folder).digest()
    assert (
        json.loads((there / "codemeta.json").read_text("utf-8"))["identifier"]
        == read_results(folder).manifest["model"]
    )


def test_an_archive_overwrites_nothing_and_wants_a_finished_sweep(folder, tmp_path):
    (tmp_path / "mine.zip").write_text("mine")
    with pytest.raises(UserError, match="already exists"):
        pack_sweep(folder, tmp_path / "mine.zip")
    sums = (folder / "SHA256SUMS").read_bytes()
    (folder / "SHA256SUMS").unlink()
    try:
        with pytest.raises(UserError, match="not finished"):
            pack_sweep(folder, tmp_path / "unfinished.zip")
    finally:
        (folder / "SHA256SUMS").write_bytes(sums)


def test_a_changed_estimand_is_reported(folder, tmp_path):
    from dataclasses import replace

    out = tmp_path / "changed"
    sweep(replace(ASKED, replicates=2), out, workers=0, limit=0)
    sweep(
        replace(ASKED, replicates=2, estimand=replace(ASKED.estimand, matters=5.0)), out, workers=0, limit=0
    )
    found = analyse_sweep(out)
    assert [one["runs_before"] for one in found.results.manifest["registered"]] == [0, 6]
    assert "when 6 runs existed: estimand.matters: 1.0 -&gt; 5.0." in report.methods(found)


def test_a_sampled_design_is_read_over_its_factors(tmp_path):
    from cogov.experiments.sweep.design import SAMPLED
    from cogov.experiments.sweep.experiment import Design, Factor

    assert "sobol" in SAMPLED
    e = Experiment(
        name="sampled",
        cases=("wuzi_yard",),
        days=40,
        replicates=1,
        design=Design("sobol", 4),
        factor=(Factor("committee.staff"), Factor("mechanisms.grid_patrol")),
    )
    sweep(e, tmp_path / "sampled", workers=0, limit=0)
    found = analyse_sweep(tmp_path / "sampled")
    path = report.save(found, tmp_path / "report")
    assert not found.sentences() and "cogov sensitivity" in path.read_text("utf-8")
    assert (tmp_path / "report" / "figures" / "factors.png").exists()
