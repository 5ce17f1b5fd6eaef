"""Chromium, as tests of the page use it: the one that `cogov bench page` finds, started in the same way."""

from contextlib import contextmanager

import pytest

from cogov.experiments.chromium import browsing, chromium
from cogov.model.knobs import ScenarioError

try:
    CHROMIUM = chromium()
except ScenarioError:
    CHROMIUM = None
needed = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@contextmanager
def launched():
    """A browser with a profile that nobody has used."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started, browsing(started, CHROMIUM) as browser:
        yield browser
