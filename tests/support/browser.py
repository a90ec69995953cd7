"""A real Chromium for a test, and visits to a page that fail where the page misbehaves."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
_REQUIRED = os.environ.get("WAKELINE_REQUIRE_ALL") == "1"  # before a test's fixtures empty the environment


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium without a window, or skip the test, naming what installs it.

    With WAKELINE_REQUIRE_ALL=1 in the environment the test fails instead. While it runs, no coroutine can run
    in this thread: Playwright's loop has it.
    """
    path = shutil.which("chromium")
    if path is None:
        reason = "needs chromium: apt-get install chromium"
        if _REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, origin: str, **context: Any) -> Iterator[Page]:
    """Give a page of a new profile whose addresses begin at `origin`.

    Afterwards: nothing but `origin` was asked for, and the browser complained of nothing (a script's error, a
    file that is missing, a refusal of the content security policy).
    """
    profile = browser.new_context(base_url=origin, **context)
    page = profile.new_page()
    asked: list[str] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("request", lambda request: asked.append(request.url))
    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield page
    profile.close()
    assert asked
    assert [url for url in asked if not url.startswith(f"{origin}/")] == []
    assert complaints == []
