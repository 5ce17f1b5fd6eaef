"""Find Chromium and drive it with Playwright, to look at the page as visitors do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...engine.texts.errors import Translated, UserError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright, PlaywrightContextManager

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """Return the path of a Chromium. Raises UserError where there is none."""
    path = os.environ.get("COGOV_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path or not shutil.which(path):
        raise UserError(
            "{browser} was not found: install Chromium (on Debian: apt install chromium), or set "
            "COGOV_CHROMIUM=/path/to/it",
            browser=path or Translated("a browser", "浏览器"),
        )
    return path


def start_playwright() -> PlaywrightContextManager:
    """Return the context manager that starts Playwright. Raises UserError where it is not installed."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise UserError(
            "driving a browser needs Playwright: pip install playwright (its own browsers are not needed)"
        ) from None
    return sync_playwright()


@contextmanager
def start_browser(playwright: Playwright, path: str) -> Iterator[Browser]:
    """Start a browser with a fresh profile, and close it at the end."""
    browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()
