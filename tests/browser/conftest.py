"""A headless Chromium of this machine. Run with `make browser`; pictures of what was seen go to tests/browser/seen/."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.browser import CHROMIUM, FLAGS

SEEN = Path(__file__).parent / "seen"


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.exit("no Chromium: install your system's package, chromium", returncode=2)
    SEEN.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def look():
    """Keep a picture of a page under a name."""
    return lambda page, name, **settings: page.screenshot(path=SEEN / f"{name}.png", **settings)
