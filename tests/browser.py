"""Start Chromium for tests of the page, the same as `cogov bench page` starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cogov.bench.page.chromium import find_chromium, start_browser, start_playwright
from cogov.engine.texts.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NO_BROWSER = "no browser: "


def require_browser() -> str:
    """Return the path of a Chromium that can be driven; without one, skip the calling test."""
    try:
        start_playwright()
        return find_chromium()
    except UserError as missing:
        pytest.skip(f"{NO_BROWSER}{missing}")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser with a fresh profile."""
    path = require_browser()
    with start_playwright() as playwright, start_browser(playwright, path) as browser:
        yield browser
