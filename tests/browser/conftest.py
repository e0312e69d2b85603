"""The demo under a real gunicorn, and Chromium to look at it with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from app.storage.tables import Location
from tests.bench.demo_site import fill_demo
from tests.bench.ours import serve_ours
from tests.bench.servers import Server
from tests.bench.sites import Site
from tests.keys import open_store

CHROMIUM = "/usr/bin/chromium"
PATIENCE = 20_000
"""Milliseconds until a page that does not come fails its test: the machine may do other things as well."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    site: Site
    server: Server

    def url(self, path: str) -> str:
        """Return the full address of a path."""
        return self.server.origin + path

    def location_named(self, name: str) -> str:
        """Return the public id of a location."""
        store = open_store(self.site.url)
        found = str(Location.get(Location.name == name).public_id)
        store.close()
        return found


@dataclass
class Watched:
    """A browser window with everything that went wrong in it."""

    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note what the console says (the content security policy speaks there), exceptions, failed files."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"status {response.status}: {response.url}")


class Windows:
    """Opens windows, each with cookies of its own, and closes them after the test."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.opened: list[BrowserContext] = []

    def open(
        self,
        width: int = 1280,
        *,
        scripts: bool = True,
        theme: str = "light",
        locale: str = "en-GB",
        touch: bool = False,
    ) -> Watched:
        """Open a window of this width, on a device set to a theme (``light``, ``dark``), a language, or for fingers."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            timezone_id="Europe/Berlin",
            color_scheme="dark" if theme == "dark" else "light",
            locale=locale,
            has_touch=touch,
        )
        context.set_default_timeout(PATIENCE)
        self.opened.append(context)
        watched = Watched(context, context.new_page())
        watched.listen()
        return watched

    def close(self) -> None:
        """Close all."""
        for context in self.opened:
            context.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    site = fill_demo(f"sqlite:///{folder / 'demo.db'}", 1)
    with serve_ours(site, folder) as server:
        yield Demo(site, server)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()
