"""The booking in a frame of another site, in a browser that gives frames no cookies."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from app.access.actors import SYSTEM
from app.operations.context import Context
from app.operations.setup.embedding import save_origins
from tests.browser import steps
from tests.browser.conftest import CHROMIUM, PATIENCE, Demo, Windows
from tests.keys import open_store

pytestmark = pytest.mark.browser
NO_COOKIES_IN_FRAMES = "--test-third-party-cookie-phaseout"
PAGE = """<!doctype html>
<html lang="en"><head><title>The practice</title><link rel="icon" href="data:,"></head><body>
<iframe src="{site}/?embed=1" title="Booking" data-eigenplan width="100%" height="400"></iframe>
<a href="{site}/" data-eigenplan-open="{site}/?embed=1" data-eigenplan-close="Close">Book a time</a>
<script src="{site}/embed.js" async></script>
</body></html>"""


@contextmanager
def page_of_another_site(demo: Demo) -> Iterator[str]:
    """Serve a page that embeds the demo; ``localhost`` is another site than 127.0.0.1, where the demo is."""
    body = PAGE.format(site=demo.url("")).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def allow(demo: Demo, origins: str) -> None:
    """Let these sites embed the demo, and no others."""
    store = open_store(demo.site.url)
    save_origins(Context(store, SYSTEM, int(time.time())), origins)
    store.close()


@pytest.fixture
def strict_windows(browser: Browser) -> Iterator[Windows]:
    """Windows of a browser that blocks cookies in frames of other sites."""
    strict = browser.browser_type.launch(executable_path=CHROMIUM, args=["--no-sandbox", NO_COOKIES_IN_FRAMES])
    windows = Windows(strict)
    yield windows
    windows.close()
    strict.close()


def followed(page: Page, inside: Frame) -> int:
    """Wait until the frame is as high as the page in it; return how high that is."""
    until, frame = time.monotonic() + PATIENCE / 1000, page.locator("iframe")
    while True:
        content = inside.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)")
        if frame.evaluate("one => one.clientHeight") == content:
            return int(content)
        assert time.monotonic() < until, "the height of the frame does not follow"
        page.wait_for_timeout(100)


def test_visitor_books_in_a_frame_of_another_site_and_its_height_follows(demo: Demo, strict_windows: Windows) -> None:
    with page_of_another_site(demo) as address:
        allow(demo, address)
        window = strict_windows.open()
        page = window.page
        page.goto(address)
        inside = page.frames[1]
        expect(inside.locator("h1")).to_have_text("What would you like to book?")
        heights = [followed(page, inside)]
        inside.get_by_role("link", name=f"Choose a time for {steps.SERVICE} at {steps.PLACE}").click()
        steps.choose_time(inside)
        expect(inside.locator("h1")).to_have_text("Your details")
        heights.append(followed(page, inside))
        steps.fill_in(inside, steps.Person("Nora Framed", "nora.framed@example.org"))
        inside.locator("form[method=post] button.btn-lg").click()
        expect(inside.locator("h1")).to_have_text("Booked")
        heights.append(followed(page, inside))
        page.get_by_role("link", name="Book a time").click()
        expect(page.locator("dialog").frame_locator("iframe").locator("h1")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.locator("dialog")).to_have_count(0)
        allow(demo, "")
    assert (len(set(heights)), window.context.cookies(), window.troubles) == (3, [], [])
