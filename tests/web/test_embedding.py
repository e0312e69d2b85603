"""The public way in a frame of another site: who may frame what, without a cookie, and tokens that stand in for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.operations.setup.embedding import KEY
from app.storage.store import Store
from app.storage.tables import Booking, Setting, WaitingEntry
from app.web.public.token import Choice, VisitChoice, sign_choice, sign_visit, sign_waiting
from app.web.security import HEADERS, NOBODY_FRAMES, OLD_FRAMES, POLICY
from tests.cast import Cast, one_provider
from tests.web.conftest import SECRET, SignIn
from tests.web.reading import Page
from tests.web.way import ADA, TEN, count_bookings, open_details, query, send

ORIGINS = ("https://www.example.org", "https://*.example.net")


def allow(store: Store, *origins: str) -> None:
    """Let these sites embed."""
    store.write(lambda: Setting.create(key=KEY, value=json.dumps(origins)))


def frames(visitor: FlaskClient, path: str) -> tuple[str, str | None]:
    """Who may frame the answer: by the policy, and by the older header."""
    with visitor.get(path) as answer:
        policy = answer.headers[POLICY]
        return policy[policy.index("frame-ancestors") :], answer.headers.get(OLD_FRAMES)


def test_headers_stay_as_they_are_where_no_site_may_embed(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    for path in ("/", "/?embed=1", f"/book/times?{query(cast, embed=1)}"):
        headers = visitor.get(path).headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_sites_that_may_embed_frame_the_public_way_and_nothing_else(
    visitor: FlaskClient, store: Store, sign_in: SignIn
) -> None:
    cast = one_provider(store)
    allow(store, *ORIGINS)
    allowed, shut = (f"frame-ancestors {' '.join(ORIGINS)}", None), (NOBODY_FRAMES, "DENY")
    wish = query(cast, embed=1)
    way = ("/?embed=1", f"/book/times?{wish}", f"/book/details?{wish}&start={TEN}", f"/book/waiting?{wish}")
    gone = "/book/times?embed=1&service=gone"
    assert [frames(visitor, path) for path in (*way, "/book/visit?embed=1", gone)] == [allowed] * 6
    closed = ("/", "/?embed=0", "/sign-in?embed=1", "/manage/x.y?embed=1", "/book/waiting/x.y?embed=1", "/nope?embed=1")
    assert [frames(visitor, path) for path in (*closed, "/slots.json?embed=1", "/static/app.css?embed=1")] == [shut] * 8
    staff = sign_in(ReadyMade.ADMINISTRATOR)
    assert [frames(staff, path) for path in ("/calendar/day?embed=1", "/setup/share?embed=1")] == [shut] * 2


def test_only_the_script_for_other_sites_may_be_loaded_by_them(visitor: FlaskClient) -> None:
    answer = visitor.get("/embed.js")
    names = ("Content-Type", "Cache-Control", "Cross-Origin-Resource-Policy", OLD_FRAMES)
    assert [answer.headers[name] for name in names] == [
        "text/javascript; charset=utf-8",
        "public, max-age=3600",
        "cross-origin",
        "DENY",
    ]


class Leaving(HTMLParser):
    """The addresses of a page that lead on within the frame."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("href") or values.get("action") or ""
        if tag in ("a", "form") and values.get("target") != "_blank" and address.startswith("/"):
            self.inside.append(address)


def stays(text: str) -> bool:
    """Whether every link and form of a page says that it is framed, in its address or a field."""
    forms = {one.action for one in Page(text).forms if one.fields.get("embed") == "1"}
    return all("embed=1" in one or one in forms for one in Leaving(text).inside)


def test_visitor_books_in_a_frame_without_any_cookie(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    allow(store, *ORIGINS)
    first = visitor.get("/?embed=1")
    times = visitor.get(next(link for link in Page(first.text).links if link.startswith("/book/times?")))
    details = visitor.get(next(link for link in Page(times.text).links if "&start=" in link))
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    form = Page(details.text).form("token")
    sent = visitor.post(form.action, data={**form.fields, **ADA}, headers=headers)
    done = visitor.get(sent.location)
    answers = (first, times, details, sent, done)
    assert [one.status_code for one in answers] == [200, 200, 200, 303, 200]
    assert [one.headers.get("Set-Cookie") for one in answers] == [None] * 5
    assert [stays(one.text) for one in (first, times, details, done)] == [True] * 4
    assert ["site-nav" in one.text or "site-header" in one.text for one in answers] == [False] * 5
    assert [("embed-inside.js" in one.text, "https://*.example.net" in one.text) for one in answers] == [
        *[(True, True)] * 3,
        (False, False),
        (True, True),
    ]
    assert (count_bookings(), Booking.get().client.email) == (1, ADA["email"])
    assert 'target="_blank" rel="noopener"' in done.text
    assert cast.ids["Consultation"] in times.request.url


def test_form_of_another_site_is_refused_in_a_frame_as_well(visitor: FlaskClient, store: Store) -> None:
    cast = one_provider(store)
    allow(store, *ORIGINS)
    form = open_details(visitor, cast, embed="1")
    answer = visitor.post(form.action, data={**form.fields, **ADA}, headers={"Origin": ORIGINS[0]})
    assert (answer.status_code, count_bookings()) == (403, 0)


Make = Callable[[Cast], str]
TOKENS: Mapping[str, Make] = {
    "of nobody": lambda _: "nonsense",
    "of none": lambda _: "",
    "of a visit": lambda cast: sign_visit(SECRET, VisitChoice((cast.ids["Consultation"],), cast.ids["Centre"], TEN)),
    "of the waiting list": lambda cast: sign_waiting(SECRET, cast.ids["Consultation"], cast.ids["Centre"]),
    "of another site": lambda cast: sign_choice(
        b"another secret", Choice(cast.ids["Consultation"], cast.ids["Centre"], TEN)
    ),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_booking_form_with_a_token_that_is_not_its_own_keeps_all_and_stays_framed(
    visitor: FlaskClient, store: Store, kind: str
) -> None:
    cast = one_provider(store)
    allow(store, *ORIGINS)
    form = open_details(visitor, cast, embed="1")
    answer = send(visitor, form, **ADA, comment="kept", token=TOKENS[kind](cast))
    page = Page(answer.text)
    assert (answer.status_code, count_bookings(), stays(answer.text)) == (400, 0, True)
    assert page.alerts[0].startswith("This form was not made by this page")
    assert send(visitor, page.form("token")).status_code == 303
    assert [one.comment for one in Booking.select()] == ["kept"]


def wait_form(visitor: FlaskClient, cast: Cast) -> Page:
    return Page(visitor.get(f"/book/waiting?{query(cast, embed=1)}").text)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda _: "nonsense", "This form was not made by this page or was changed on the way. Nothing is lost:"),
        (lambda cast: sign_waiting(SECRET, "other", cast.ids["Centre"]), "This form was not made by this page"),
        (
            lambda cast: sign_choice(SECRET, Choice(cast.ids["Consultation"], cast.ids["Centre"], TEN)),
            "This form was not made by this page",
        ),
    ],
)
def test_waiting_form_with_a_token_that_is_not_its_own_keeps_all(
    visitor: FlaskClient, store: Store, make: Make, sentence: str
) -> None:
    cast = one_provider(store)
    answer = send(visitor, wait_form(visitor, cast).form("first"), **ADA, token=make(cast))
    page = Page(answer.text)
    assert (answer.status_code, WaitingEntry.select().count()) == (400, 0)
    assert page.alerts[0].startswith(sentence)
    assert page.form("first").fields["email"] == ADA["email"]
    assert send(visitor, page.form("first")).status_code == 200


def test_waiting_form_that_was_open_for_too_long_says_so(
    visitor: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = wait_form(visitor, one_provider(store)).form("first")
    monkeypatch.setattr("app.web.public.token.MAX_AGE_SECONDS", -1)
    answer = send(visitor, form, **ADA)
    assert (answer.status_code, WaitingEntry.select().count()) == (400, 0)
    assert Page(answer.text).alerts == ["This form has been open for too long. Nothing is lost: please send it again."]
