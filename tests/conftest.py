"""Set up all tests: one place looks for a browser; skipped tests are counted, or refused on build servers."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import NO_BROWSER, open_browser, require_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# otherwise some hundred processes would compile all of cogov, each for itself
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
sys.path.append(str(Path(__file__).parent.parent / "tools"))  # for the tests of tools
CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
EXPLAINED = (  # reasons for which a build server may skip a test
    "the log is not on this machine",
    "children are seen in /proc only",
    "sockets are told of otherwise here",
    "wheels for other systems carry other libraries",
    "R or pandoc is not installed here",
)


def pytest_configure(config) -> None:
    """Restore Ctrl-C, and compile the engine before workers start.

    Otherwise each worker would compile all of it.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as under nohup; child processes inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    ours = config.rootpath == Path(__file__).parent.parent
    if ours and config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        from cogov.cli.options import prepare_run
        from cogov.model import mechanisms, precompile
        from cogov.model.scenarios.cases import alter_scenario, read_case

        capture = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():  # compiling prints what takes so long
            prepare_run(
                alter_scenario(read_case("wuzi_yard"), on=mechanisms.list_mechanisms()),
                None,
                [precompile.STREET],
            )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of a module."""
    with open_browser() as started:
        yield started


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items) -> None:
    """Mark every test with the fixture `browser`, for `-m browser`.

    A test that starts a browser of its own is marked by hand.
    """
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker("browser")


def pytest_runtest_setup(item) -> None:
    """Look for a browser before the fixtures of a test, which may start servers."""
    if item.get_closest_marker("browser"):
        require_browser()


def reason(report) -> str:
    """Return why a test was skipped."""
    return report.longrepr[2].removeprefix("Skipped: ")


def refuse_unexplained(report) -> pytest.TestReport | pytest.CollectReport:
    """Turn a skipped test into a failure on a build server, unless its reason is in EXPLAINED."""
    if CI and report.skipped and not hasattr(report, "wasxfail") and reason(report) not in EXPLAINED:
        path, line, _ = report.longrepr
        message = f"left out, but with CI set only what is EXPLAINED in conftest.py may be: {reason(report)}"
        report.outcome, report.longrepr = "failed", f"{path}:{line}: {message}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Iterator:
    """Refuse unexplained skips of tests."""
    return refuse_unexplained((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Iterator:
    """Refuse unexplained skips of files."""
    return refuse_unexplained((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session) -> Iterator:
    """Print in the last line how many browser tests were skipped, and how to get a browser."""
    result = yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = map(reason, terminal.stats.get("skipped", ())) if terminal else ()  # workers have no terminal
    for why, count in Counter(why for why in skipped if why.startswith(NO_BROWSER)).items():
        remedy = why.removeprefix(NO_BROWSER)
        terminal.write_line(f"browser tests left out: {count}; {remedy}", yellow=True)
    return result
