"""What holds for every test: a browser is asked for in one place; what is left out is counted, or refused."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from browser import NO_BROWSER, launched, require_browser

os.environ.pop(
    "PYTHONDONTWRITEBYTECODE", None
)  # else some hundred processes compile all of cogov, each for itself
sys.dont_write_bytecode = False
sys.path.append(str(Path(__file__).parent.parent / "tools"))  # for the tests of tools
CI = os.environ.get("CI", "").lower() not in ("", "0", "false")
EXPLAINED = (  # what a build server may leave out
    "the log is not on this machine",
    "children are seen in /proc only",
    "sockets are told of otherwise here",
    "wheels for other systems carry other libraries",
)


def pytest_configure(config):
    """Hear Ctrl-C, and compile the engine before workers start, for each of them would compile all of it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as under nohup; children inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    ours = config.rootpath == Path(__file__).parent.parent
    if ours and config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        from cogov.cli.options import prepare_run
        from cogov.model import mechanisms, precompile
        from cogov.model.cases import alter_scenario, read_case

        capture = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():  # it says what takes so long
            prepare_run(
                alter_scenario(read_case("wuzi_yard"), on=mechanisms.names()), None, [precompile.STREET]
            )


@pytest.fixture(scope="module")
def browser():
    with launched() as started:
        yield started


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    """Mark every test that takes a browser, for `-m browser`; one that starts its own is marked by hand."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker("browser")


def pytest_runtest_setup(item):
    """Ask before a test's fixtures, which may start servers."""
    if item.get_closest_marker("browser"):
        require_browser()


def reason(report):
    """Why a report says skipped."""
    return report.longrepr[2].removeprefix("Skipped: ")


def refuse_unexplained(report):
    """On a build server, turn what was left out into a failure."""
    if CI and report.skipped and not hasattr(report, "wasxfail") and reason(report) not in EXPLAINED:
        path, line, _ = report.longrepr
        why = f"left out, but with CI set only what is EXPLAINED in conftest.py may be: {reason(report)}"
        report.outcome, report.longrepr = "failed", f"{path}:{line}: {why}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport():
    return refuse_unexplained((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report():
    return refuse_unexplained((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Say in the last line how many browser tests were left out, and what brings a browser."""
    result = yield
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = map(reason, terminal.stats.get("skipped", ())) if terminal else ()  # workers have no terminal
    for why, count in Counter(why for why in skipped if why.startswith(NO_BROWSER)).items():
        remedy = why.removeprefix(NO_BROWSER)
        terminal.write_line(f"browser tests left out: {count}; {remedy}", yellow=True)
    return result
