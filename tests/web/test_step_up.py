"""What carries data away, or opens something without a sign-in, asks again who one is, or says why not."""

from __future__ import annotations

import inspect
import re

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.storage.account_tables import CalendarFeed
from app.web.step_up import DANGEROUS
from tests.cast import NOW, Cast
from tests.web.conftest import SignIn
from tests.web.staff_cast import TEN, booked

CARRIES = re.compile(r"archive|deputy|door|embed|export|feed|file|invite|link|share")
IN_A_FILE = re.compile(r"\.(csv|ics|zip|ya?ml|svg|png|css|js)$")
NOT_ASKED = {
    "account.feed": "asks by itself as soon as there is an address",
    "account.end_deputy": "takes access away",
    "account.end_feed": "takes access away",
    "bookings.send_link": "a mail to the client whose booking it is",
    "door.book": "public: the right is in the address",
    "door.check_in": "public: the right is in the address",
    "door.end": "public: the right is in the address",
    "door.show": "public: the right is in the address",
    "export.index": "asks for a passphrase and gives nothing",
    "feed.show": "public: the right is in the address",
    "look.logo": "public: how the site looks",
    "look.style": "public: how the site looks",
    "manage.calendar_file": "public: the right is in the address",
    "outbox.calendar": "one booking, which the page of its letter shows",
    "public.embed_script": "public: the same for everybody",
    "public.slots": "public: free times",
    "setup.end_door_resources": "takes access away",
    "setup.look_file": "settings without anybody's data",
    "setup.look_preview": "settings without anybody's data",
    "setup.mail_texts_file": "settings without anybody's data",
    "setup.preset_file": "an example that comes with the program",
    "setup.read_look_file": "takes a file in",
    "setup.read_mail_texts_file": "takes a file in",
    "setup.share": "addresses that are public",
    "setup.share_png": "addresses that are public",
    "setup.share_svg": "addresses that are public",
}
"""What looks as if it carried data off or opened something, and is not asked about, with the reason."""

SETS_UP = {
    **dict.fromkeys(("locations", "resources", "services", "closures", "time_off", "labels"), "what can be booked"),
    **dict.fromkeys(("hours_locations", "hours_resources", "date_locations", "date_resources"), "when"),
    **dict.fromkeys(("public_holidays", "start_place", "start_service", "start_hours"), "what can be booked, and when"),
    **dict.fromkeys(("change_look", "read_look_file", "features"), "how the site looks, and what it does without"),
    **dict.fromkeys(("mail_text", "read_mail_texts_file"), "asks by itself where the words are to count"),
    **dict.fromkeys(("add_pools", "remove_pools"), "no role is given for a pool that is new or used by nothing"),
    "start_mail": "a mail to whoever asks for it",
    "bring_in": "adds clients, people and rooms, which have no rights",
    "rebook_time_off": "moves bookings, as their pages do",
    "remind_by_rule": "reminders by the rule that all new installations have",
    "end_door_resources": "takes access away",
    "sign_out_user": "takes access away",
}
"""Forms of the set-up that are not asked about, by their endpoint or what follows its verb, with the reason."""


def seems_to_carry(app: Flask, endpoint: str, path: str) -> bool:
    """Whether an address's name, or how it is answered, is that of a download or a link."""
    answers = "Response(" in inspect.getsource(inspect.unwrap(app.view_functions[endpoint]))
    return bool(CARRIES.search(endpoint) or IN_A_FILE.search(path) or answers)


def test_every_download_and_every_link_asks_again_or_says_why_not(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    found = {rule.endpoint for rule in rules if seems_to_carry(app, rule.endpoint, rule.rule)}
    assert found - DANGEROUS == NOT_ASKED.keys()


def test_every_form_of_the_set_up_asks_again_or_says_why_not(app: Flask) -> None:
    forms = [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/setup/") and "POST" in (rule.methods or ())
    ]
    names = {rule.endpoint.removeprefix("setup.") for rule in forms if rule.endpoint not in DANGEROUS}
    said = {one if one in SETS_UP else re.sub("^(add|save|remove)_", "", one) for one in names}
    assert said == SETS_UP.keys()


def test_lists_taken_away_and_addresses_without_a_sign_in_ask_again(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(cast, TEN, provider=cast.ids["Ada"])
    browser, feed = sign_in(ReadyMade.ADMINISTRATOR, cast.rows["Ada"]), "/account/calendar-feed"
    day = "/bookings/export.csv?from=2026-01-01&to=2030-01-01"
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    assert browser.get(feed).status_code == 200  # there is no address yet
    answers = [browser.submit(path, {}) for path in (day, feed, f"{feed}/renew")]
    assert ([one.status_code for one in answers], CalendarFeed.select().count()) == ([401] * 3, 0)
    assert ["Nora" in one.text for one in answers] == [False] * 3
    monkeypatch.setattr("app.clock.now", lambda: NOW)
    browser.submit(feed)
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    door = f"/setup/resources/{cast.ids['Room 1']}/door"
    assert [browser.get(path).status_code for path in (feed, door)] == [401, 401]
