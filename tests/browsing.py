"""Chromium, as tests of the page use it: the one that `cogov bench page` finds, started in the same way."""

import shutil
from contextlib import contextmanager

import pytest

from cogov.experiments.chromium import FLAGS, NAMES

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
needed = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


@contextmanager
def launched():
    """A browser with a profile that nobody has used."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
