"""Chromium, as tests of the page use it: the one that `cogov bench page` finds, started in the same way."""

from contextlib import contextmanager

import pytest

from cogov.bench.page.chromium import browsing, chromium, driver
from cogov.engine.parameters import UserError

NO_BROWSER = "no browser: "


def require_browser():
    """The path of a Chromium that can be driven. Without one, the test that asks is skipped."""
    try:
        driver()
        return chromium()
    except UserError as missing:
        pytest.skip(f"{NO_BROWSER}{missing}")


@contextmanager
def launched():
    """A browser with a profile that nobody has used."""
    path = require_browser()
    with driver() as started, browsing(started, path) as browser:
        yield browser
