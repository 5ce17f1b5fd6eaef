"""Chromium, where there is one, and Playwright to drive it: for what looks at the page as visitors do."""

import os
import shutil
from contextlib import contextmanager

from ...engine.parameters import UserError

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium():
    """The path of a Chromium. Raises UserError where there is none."""
    found = os.environ.get("COGOV_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found or not shutil.which(found):
        raise UserError(
            f"{found or 'a browser'} is not here: install Chromium (on Debian: apt install chromium), or name one: COGOV_CHROMIUM=/path/to/it"
        )
    return found


def driver():
    """Playwright's way to start. Raises UserError where it is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise UserError(
            "a browser is driven with Playwright: pip install playwright (its own browsers are not needed)"
        ) from None
    return sync_playwright()


@contextmanager
def browsing(playwright, where):
    """A browser with a profile that nobody has used."""
    browser = playwright.chromium.launch(executable_path=where, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()
