"""Start Chromium for tests of the page, the same as `cogov bench page` starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cogov.bench.page.chromium import browsing, chromium, driver
from cogov.engine.parameters import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NO_BROWSER = "no browser: "


def require_browser() -> str:
    """Return the path of a Chromium that can be driven; without one, skip the calling test."""
    try:
        driver()
        return chromium()
    except UserError as missing:
        pytest.skip(f"{NO_BROWSER}{missing}")


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser with a fresh profile."""
    path = require_browser()
    with driver() as playwright, browsing(playwright, path) as browser:
        yield browser
