"""The lines for R in the docs are those of a script that runs, and R computes the numbers of cogov."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pyarrow.dataset import dataset

from cogov import analyse_sweep, sweep
from cogov.experiments.statistics.paired import contrasts
from cogov.viz import report

ROOT = Path(__file__).parents[2]
R = ROOT / "docs" / "r"
SWEEP = """
name = "for-r"
cases = ["wuzi_yard"]
days = 120
replicates = 12

[[arm]]
name = "none"

[[arm]]
name = "grid_patrol"
on = ["grid_patrol"]

[[arm]]
name = "staff"
set = { "committee.staff" = 4 }
"""


@cache
def why_not() -> str:
    """Say why R's part cannot be run here; empty if it can."""
    if not (shutil.which("Rscript") and shutil.which("pandoc")):
        return "R or pandoc is not installed here"
    code = "quit(status = !all(sapply(c('readr', 'rmarkdown'), requireNamespace, quietly = TRUE)))"
    done = subprocess.run(["Rscript", "--vanilla", "-e", code], capture_output=True)
    return "R or pandoc is not installed here" if done.returncode else ""


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the folder of a sweep with its report."""
    where = tmp_path_factory.mktemp("sweep")
    (where / "arms.toml").write_text(SWEEP, encoding="utf-8")
    sweep(where / "arms.toml", where / "out", workers=0)
    report.save(analyse_sweep(where / "out"), where / "out" / "report")
    return where / "out"


@pytest.fixture
def folder(stored, tmp_path):
    """Return a copy of the folder, which may be changed, where R can be run."""
    if reason := why_not():
        pytest.skip(reason)
    return Path(shutil.copytree(stored, tmp_path / "out"))


def run_r(*words, cwd=R):
    return subprocess.run(["Rscript", "--vanilla", *map(str, words)], cwd=cwd, capture_output=True, text=True)


def render(folder, where, **more):
    """Render docs/r/compare.Rmd; return what R did and the path of the result."""
    for name in ("read_runs.R", "compare.Rmd"):  # R Markdown writes beside its source
        shutil.copy(R / name, where)
    options = ", ".join(f"{key} = {value!r}" for key, value in {"folder": str(folder), **more}.items())
    done = run_r("-e", f"rmarkdown::render('compare.Rmd', params = list({options}), quiet = TRUE)", cwd=where)
    return done, where / "compare.md"


def test_the_lines_of_the_docs_are_those_of_the_script():
    script = [line.strip() for line in (R / "read_runs.R").read_text("utf-8").splitlines()]
    text = (ROOT / "docs" / "experiments.md").read_text("utf-8")
    blocks = re.findall(r"^```r\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    assert len(blocks) == 3 and len(lines) == 5
    assert [line for line in lines if line not in script] == []
    archived = (ROOT / "experiments" / "sweep" / "archive.py").read_text("utf-8")
    assert 'arrow::open_dataset("runs") |> dplyr::collect()' in archived


def test_what_the_lines_name_is_what_a_sweep_stores(stored):
    """The same query and the same folder, opened by the same libraries from Python; R may lack them."""
    text = (R / "read_runs.R").read_text("utf-8")
    (before, after) = re.search(r'paste0\("(.*)", DIR, "(.*)"\)', text).groups()
    assert len(duckdb.sql(f"{before}{stored}{after}")) == 36
    assert 'open_dataset(file.path(DIR, "runs"))' in text
    assert dataset(stored / "runs").count_rows() == 36
    (table,) = re.findall(r'read_csv\(file.path\(DIR, "(\w+)", "(\w+)", "([\w.]+)"\)', text)
    assert len(pd.read_csv(stored.joinpath(*table))) == 36


def test_the_script_reads_every_run(folder):
    done = run_r("-e", f"DIR <- {str(folder)!r}; source('read_runs.R'); cat(sum(runs$resolution_rate))")
    assert done.returncode == 0 and "36 runs of 3 arms, read with" in done.stderr, done.stderr
    runs = analyse_sweep(folder).results.runs
    assert float(done.stdout) == pytest.approx(runs["resolution_rate"].sum(), abs=1e-4)


def test_without_the_table_the_script_says_what_writes_it(folder):
    (folder / "report" / "tables" / "runs.csv").unlink()
    done = run_r("read_runs.R", folder)
    if done.returncode == 0:
        assert "read with arrow" in done.stderr or "read with duckdb" in done.stderr
    else:
        assert f"run `cogov report {folder}` first" in done.stderr


@pytest.mark.parametrize("measure", ["resolution_rate", "hours"])
def test_r_markdown_computes_the_differences_and_intervals_of_the_report(folder, tmp_path, measure):
    done, page = render(folder, tmp_path, measure=measure)
    assert done.returncode == 0, done.stderr
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("| wuzi_yard")
    ]
    expected = contrasts(analyse_sweep(folder).results.runs, measure, "none")
    assert [row[:2] for row in rows] == [["wuzi_yard", "grid_patrol"], ["wuzi_yard", "staff"]]
    for row in rows:
        contrast = expected.loc[tuple(row[:2])]
        assert row[2:5] == [f"{contrast[name]:+.5f}" for name in ("difference", "low", "high")]
        assert int(row[5]) == contrast["pairs"] == 12 and contrast["low"] < contrast["high"]


def test_r_markdown_stops_where_the_report_says_something_else(folder, tmp_path):
    path = folder / "report" / "tables" / "verdicts.csv"
    table = pd.read_csv(path)
    table["high"] += 0.00002
    table.to_csv(path, index=False)
    done, _ = render(folder, tmp_path)
    assert done.returncode and "are not all TRUE" in done.stderr
