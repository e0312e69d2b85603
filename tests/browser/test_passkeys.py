"""Passkeys by a real browser with a virtual authenticator, and the waiting form that a browser sends on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from app.storage.account_tables import UserSession
from tests.bench.demo_site import PASSWORD, email_of, fill_demo
from tests.bench.ours import environment
from tests.bench.servers import free_port, serve
from tests.browser.conftest import Watched, Windows
from tests.keys import open_store

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("passkeys")


@pytest.fixture(scope="module")
def origin(folder: Path) -> Iterator[str]:
    """The demo under a name: passkeys are bound to one, an address will not do."""
    port = free_port()
    site = fill_demo(f"sqlite:///{folder / 'demo.db'}", 0.1)
    named = environment(site, folder, port) | {"EIGENPLAN_BASE_URL": f"http://localhost:{port}"}
    with serve("app.wsgi:app", named, 1, "/healthz", port=port):
        yield f"http://localhost:{port}"


def let_time_pass(folder: Path) -> None:
    """Let everybody have shown who they are eleven minutes ago."""
    store = open_store(f"sqlite:///{folder / 'demo.db'}")
    store.write(lambda: UserSession.update(proved_at=UserSession.proved_at - 660).execute())
    store.close()


def with_key(window: Watched) -> CDPSession:
    """Give a window an authenticator of its own."""
    session = window.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session


def sign_in(page: Page, origin: str, role: str) -> None:
    page.goto(f"{origin}/sign-in")
    page.get_by_label("Email address *").fill(email_of(role))
    page.get_by_label("Password *").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_passkey(page: Page, origin: str) -> None:
    page.goto(f"{origin}/account/passkeys/new")
    page.get_by_label("Name *").fill("laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("h1")).to_have_text("Recovery codes")


def test_passkey_is_added_and_signs_in_alone_and_as_second_factor(origin: str, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    with_key(window)
    sign_in(page, origin, "manager")
    add_passkey(page, origin)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, origin, "manager")
    expect(page.locator("h1")).to_have_text("Second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("link", name="Calendar")).to_be_visible()
    assert window.troubles == []


def test_passkey_of_another_device_is_told(origin: str, windows: Windows) -> None:
    first, second = windows.open(), windows.open(390)
    with_key(first)
    with_key(second)
    sign_in(first.page, origin, "front_desk")
    add_passkey(first.page, origin)
    first.page.goto(f"{origin}/account/passkeys/new")
    first.page.get_by_label("Name *").fill("laptop")
    first.page.get_by_role("button", name="Add a passkey").click()
    expect(first.page.locator("[data-passkey-problem]")).to_have_text(
        "This device has a passkey for your account already."
    )
    sign_in(second.page, origin, "front_desk")
    second.page.get_by_role("button", name="Use a passkey").click()
    expect(second.page.locator("[data-passkey-problem]")).to_contain_text("No passkey was used.")


def test_second_step_without_scripts_takes_codes(origin: str, windows: Windows) -> None:
    keyed, plain = windows.open(), windows.open(390, scripts=False)
    with_key(keyed)
    sign_in(keyed.page, origin, "viewer")
    add_passkey(keyed.page, origin)
    code = keyed.page.locator(".recovery-codes code").first.inner_text()
    sign_in(plain.page, origin, "viewer")
    expect(plain.page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    plain.page.get_by_label("Code *").fill(code)
    plain.page.get_by_role("button", name="Go on").click()
    expect(plain.page.get_by_role("button", name="Sign out")).to_be_visible()
    assert (keyed.troubles, plain.troubles) == ([], [])


def test_form_that_waited_is_sent_on_by_the_browser(origin: str, folder: Path, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    sign_in(page, origin, "administrator")
    page.goto(f"{origin}/setup/users/new")
    page.get_by_label("Name *").fill("Vera Late")
    page.get_by_label("Email address *").fill("vera.late@example.org")
    let_time_pass(folder)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("h1")).to_have_text("Please show again who you are")
    page.get_by_label("Your password *").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status").first).to_contain_text("Vera Late saved.")
