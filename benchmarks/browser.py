"""How long a class's report takes in a browser: to open, to sort and to search, in a headless Chromium."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMED = """() => {{
  const start = performance.now();
  {};
  document.body.offsetHeight;
  return performance.now() - start;
}}"""
SORT = "document.querySelectorAll('#table th button')[0].click()"
SEARCH = "const s = document.getElementById('search'); s.value = '77'; s.dispatchEvent(new Event('input'))"


class ReportTimes(NamedTuple):
    """Milliseconds. opened: until the page can be used. sort: by name. search: for two digits."""

    opened: float
    sort: float
    search: float


def report_times(path: Path) -> ReportTimes | None:
    """What a report takes in a browser; None where there is no Chromium."""
    if not CHROMIUM:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            return times_in(browser, path)
        finally:
            browser.close()


def times_in(browser: Any, path: Path) -> ReportTimes:
    """The same in a browser of playwright's that is open."""
    page = browser.new_page()
    try:
        page.goto(path.resolve().as_uri())
        opened = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
        return ReportTimes(opened, *(page.evaluate(TIMED.format(action)) for action in (SORT, SEARCH)))
    finally:
        page.close()
