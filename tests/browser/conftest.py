"""Fixtures of the browser tests: one Chromium of the distribution, and pages that may not fail."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
#: The browser talks to our server alone: none of its own services, no QUIC, no sandbox to set up.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds that a test waits for something to appear, on a busy machine too.
PATIENCE = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser takes seconds to start: every test of this folder is slow."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return the distribution's Chromium, or skip where it or Playwright is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is missing: pip install playwright"
    )
    executable = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if executable is None:
        pytest.skip(f"no Chromium on the path, looked for {', '.join(EXECUTABLES)}")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """What went wrong in the pages of one test: script errors, console errors, foreign requests."""

    def __init__(self) -> None:
        self.allowed: list[str] = []
        self._problems: list[str] = []

    def allow(self, part: str) -> None:
        """Let pass what has `part` in it, where a test provokes it."""
        self.allowed.append(part)

    def watch(self, page: Any, origin: str) -> None:
        """Note what goes wrong in a page, whose requests must all go to `origin`."""
        page.on("pageerror", lambda error: self._problems.append(f"page error: {error}"))
        page.on("console", self._note)
        page.on("request", lambda request: self._check(request.url, origin))

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._problems.append(f"console {message.type}: {message.text}")

    def _check(self, url: str, origin: str) -> None:
        if not url.startswith((f"{origin}/", "data:", "blob:", "about:")):
            self._problems.append(f"request to another origin: {url}")

    @property
    def problems(self) -> list[str]:
        """What went wrong and was not allowed."""
        return [each for each in self._problems if not any(part in each for part in self.allowed)]


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Fail the test on any error in its pages, even one that shows nowhere."""
    found = Watched()
    yield found
    assert found.problems == []


@pytest.fixture
def new_page(browser: Any, watched: Watched) -> Iterator[Callable[..., Any]]:
    """Return a function that opens an address in a new context and page, both watched.

    Arguments beside the address are those of Playwright's `new_context`.
    """
    contexts = []

    def open_page(url: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watched.watch(page, "/".join(url.split("/")[:3]))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
