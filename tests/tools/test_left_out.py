"""A browser test that is left out is counted; on a build server an unexplained one is a failure."""

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS_FOLDER = Path(__file__).parent.parent
TESTS = """
import pytest
from browser import open_browser

def test_takes_a_browser(browser): pass
def test_starts_a_browser():
    with open_browser(): pass
@pytest.mark.skip("the log is not on this machine")
def test_explained(): pass
@pytest.mark.skip("it rains")
def test_unexplained(): pass
@pytest.mark.xfail(strict=True)
def test_known_to_fail(): assert False
def test_here(): pass
"""


def run_tests(folder, *words, **more):
    """Run TESTS, and a file that needs a missing package: (status, outcome by test, last line)."""
    (folder / "test_some.py").write_text(TESTS)
    (folder / "test_absent.py").write_text("import pytest\npytest.importorskip('nowhere_to_be_found')\n")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    path = os.pathsep.join((str(folder), str(TESTS_FOLDER), os.environ.get("PYTHONPATH", "")))
    environment = {name: value for name, value in os.environ.items() if name != "CI" and "PYTEST" not in name}
    environment |= {"PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment |= {"COGOV_CHROMIUM": "/nowhere/chromium"} | more
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "conftest", *words]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    lines = re.findall(r"^(PASSED|FAILED|ERROR|XFAIL) test_\w+\.py(?:::test_)?(\w*)", ended.stdout, re.M)
    outcomes = {test: outcome for outcome, test in lines}
    return ended.returncode, outcomes, ended.stdout.splitlines()[-1]


def test_the_last_line_counts_browser_tests_left_out_and_says_what_brings_them(tmp_path):
    """Also where workers run the tests."""
    status, outcomes, last = run_tests(tmp_path, "-p", "xdist", "-n", "1")
    assert (status, outcomes) == (0, {"here": "PASSED", "known_to_fail": "XFAIL"})
    assert last.startswith("browser tests left out: 2; /nowhere/chromium was not found")
    assert "apt install chromium" in last and "COGOV_CHROMIUM=" in last


def test_on_a_build_server_what_is_left_out_unexplained_is_a_failure(tmp_path):
    status, outcomes, _ = run_tests(tmp_path, "--continue-on-collection-errors", CI="true")
    assert status == 1
    left_out = {"takes_a_browser": "ERROR", "starts_a_browser": "FAILED", "unexplained": "ERROR", "": "ERROR"}
    assert outcomes == {"here": "PASSED", "known_to_fail": "XFAIL"} | left_out


def test_a_browser_that_cannot_be_driven_is_none(tmp_path):
    (tmp_path / "playwright.py").write_text("raise ImportError('nobody drives')")
    words = "-m", "browser", "test_some.py"
    status, outcomes, last = run_tests(tmp_path, *words, COGOV_CHROMIUM=sys.executable)
    assert (status, outcomes) == (0, {})
    assert last.startswith("browser tests left out: 1;") and "pip install playwright" in last
    status, outcomes, _ = run_tests(tmp_path, *words, CI="true", COGOV_CHROMIUM=sys.executable)
    assert (status, outcomes) == (1, {"takes_a_browser": "ERROR"})
