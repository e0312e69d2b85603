"""One booking's page: its facts by right, cancelling it, marking what became of it."""

from __future__ import annotations

import json

import pytest

from app.access.actors import SYSTEM, client_of
from app.access.permissions import Permission, ReadyMade
from app.operations.book import hold
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import HoldRequest, MoveRequest
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Booking, Client, OutboxMessage, Service
from tests.cast import HOUR, NOW, Cast, change_row
from tests.web.conftest import Browser, SignIn, SignInWith, stay_signed_in
from tests.web.staff_cast import TEN, booked, practice, status_of, words


def test_show_tells_all_facts(desk: Browser, cast: Cast) -> None:
    booking = booked(cast, service="Intake", comment="Brings papers", answers={"first-visit": "yes"})
    page = words(desk.get(f"/bookings/{booking}").text)
    facts = (
        "Intake for Nora Client Confirmed",
        "Monday 7 January 2030, 10:00–10:30 (30 min)",
        "With Ada",
        "nora.client@example.org",
        "Comment Brings papers",
        "Cancel this booking",
    )
    assert ([fact for fact in facts if fact not in page], "first visit" in page) == ([], False)


def test_show_tells_answers_to_those_who_may_see_confidential_details(sign_in: SignIn, cast: Cast) -> None:
    booking = booked(cast, service="Intake", provider=cast.ids["Ada"], answers={"first-visit": "yes"})
    provider = sign_in(ReadyMade.PROVIDER, cast.rows["Ada"])
    assert "Is this your first visit? Yes" in words(provider.get(f"/bookings/{booking}").text)


def test_client_gets_the_link_again_by_mail_and_staff_never_see_it(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    cast.store.write(OutboxMessage.update(created_at=NOW - HOUR).execute)
    path = f"/bookings/{booking}"
    page = desk.get(path).text
    assert ("Send the client the link again" in page, "/manage/" in page, f"{booking}." in page) == (True, False, False)
    assert "The mail is on its way." in desk.get(desk.submit(f"{path}/send-link").location).text
    assert [one.kind for one in OutboxMessage.select()] == ["confirmed", "confirmed"]
    entry = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (entry.action, entry.object) == ("link_sent", booking)
    again = desk.submit(f"{path}/send-link")
    assert (again.status_code, "please wait a little" in again.text) == (422, True)
    assert OutboxMessage.select().count() == 2


def test_link_of_a_client_without_an_address_or_of_what_is_over_is_not_sent(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    cast.store.write(lambda: change_row(Client.get(), email=""))
    assert "Send the client the link again" not in desk.get(f"/bookings/{booking}").text
    answer = desk.submit(f"/bookings/{booking}/send-link")
    assert (answer.status_code, "no client with an email address" in answer.text) == (422, True)
    desk.submit(f"/bookings/{booking}/cancel", {"reason": ""})
    assert desk.submit(f"/bookings/{booking}/send-link").status_code == 409
    assert "link_sent" not in [one.action for one in AuditEntry.select()]


def test_show_tells_clients_time_where_it_differs(desk: Browser, store: Store) -> None:
    cast = practice(store, "Europe/Berlin", None)
    booking = booked(cast)
    page = words(desk.get(f"/bookings/{booking}").text)
    assert "On the client's clock Monday 7 January 2030, 10:00–10:30 (UTC)" in page


def test_show_a_hold_has_no_client_and_an_end(desk: Browser, cast: Cast) -> None:
    wish = HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN)
    held = hold(Context(cast.store, SYSTEM, NOW), wish).public_id
    page = words(desk.get(f"/bookings/{held}").text)
    assert ("Kept until Friday 4 January 2030, 00:10" in page, "The client's link" in page) == (True, False)


def test_show_reduces_others_bookings_for_providers(sign_in: SignIn, cast: Cast) -> None:
    booking = booked(cast, provider=cast.ids["Ada"])
    other = sign_in(ReadyMade.PROVIDER, cast.rows["Ben"]).get(f"/bookings/{booking}")
    assert (other.status_code, "Nora" in other.text) == (403, False)


def test_show_without_contacts_has_details_but_no_client(sign_in_with: SignInWith, cast: Cast) -> None:
    browser = sign_in_with(Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.SEE_DETAILS)
    page = words(browser.get(f"/bookings/{booked(cast)}").text)
    assert ("Consultation Confirmed" in page, "Nora" in page, "Move" in page) == (True, False, False)


def test_show_is_closed_to_viewers_and_strangers(sign_in: SignIn, cast: Cast, visitor: Browser) -> None:
    booking = booked(cast)
    refused = sign_in(ReadyMade.VIEWER).get(f"/bookings/{booking}")
    assert (refused.status_code, "lacks this right" in refused.text) == (403, True)
    assert visitor.get(f"/bookings/{booking}").location == f"/sign-in?next=/bookings/{booking}"


def test_show_unknown_is_not_found(desk: Browser) -> None:
    assert desk.get("/bookings/unknown").status_code == 404


def test_show_wished_change_with_both_times(sign_in: SignIn, cast: Cast) -> None:
    booking = booked(cast, service="Approval")
    client = Context(cast.store, client_of(booking), NOW)
    move(client, MoveRequest(booking, TEN + 2 * HOUR))
    page = words(sign_in(ReadyMade.MANAGER).get(f"/bookings/{booking}").text)
    assert "The client wants to move To Monday 7 January 2030, 12:00–12:30" in page
    assert "Approve" in page


def test_cancel_frees_the_time(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/cancel", {"reason": "Ill"}, follow_redirects=True)
    assert ("Cancelled." in answer.text, status_of(store, booking)) == (True, "cancelled")


def test_cancel_twice_is_told_on_the_page(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    desk.submit(f"/bookings/{booking}/cancel")
    answer = desk.submit(f"/bookings/{booking}/cancel")
    assert (answer.status_code, "cannot become cancelled any more" in words(answer.text)) == (409, True)


def test_cancel_too_long_reason_stays_beside_its_field(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/cancel", {"reason": "x" * 501})
    assert (answer.status_code, 'id="field-reason-error"' in answer.text, "x" * 501 in answer.text) == (422, True, True)
    assert status_of(store, booking) == "confirmed"


def test_cancel_unknown_or_without_right_changes_nothing(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booking = booked(cast, provider=cast.ids["Ada"])
    other = sign_in(ReadyMade.PROVIDER, cast.rows["Ben"])
    codes = [other.submit(f"/bookings/{one}/cancel").status_code for one in (booking, "unknown")]
    assert (codes, status_of(store, booking)) == ([403, 404], "confirmed")


def test_cancel_by_strangers_changes_nothing(visitor: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    assert visitor.post(f"/bookings/{booking}/cancel").status_code in (400, 401)
    assert status_of(store, booking) == "confirmed"


@pytest.mark.parametrize(("mark", "word"), [("completed", "Completed"), ("no_show", "No-show")])
def test_mark_what_has_begun(
    desk: Browser, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch, mark: str, word: str
) -> None:
    booking = booked(cast)
    monkeypatch.setattr("app.clock.now", lambda: TEN + HOUR)
    stay_signed_in(store, TEN + HOUR)
    answer = desk.submit(f"/bookings/{booking}/status", {"status": mark}, follow_redirects=True)
    assert (status_of(store, booking), f"Nora Client {word}" in words(answer.text)) == (mark, True)


def test_mark_before_the_start_is_refused(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/status", {"status": "completed"})
    assert (answer.status_code, status_of(store, booking)) == (422, "confirmed")
    assert "has not begun yet" in answer.text


@pytest.mark.parametrize("fields", [{"status": "lost"}, {}])
def test_mark_as_nonsense_says_what_is_possible(
    desk: Browser, cast: Cast, store: Store, fields: dict[str, str]
) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/status", fields)
    assert (answer.status_code, status_of(store, booking)) == (422, "confirmed")
    assert "A booking can be marked as completed or as a no-show; please choose one of them." in answer.text


KINDS = {
    "first-visit": "yes_no",
    "last": "date",
    "sore": "several",
    "then": "date",
}


def test_show_tells_answers_as_people_read_them(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booking = booked(cast, service="Intake", answers={"first-visit": "no"})
    answers = {"first-visit": "no", "last": "2027-01-31", "sore": "neck; knee", "then": "last year"}
    questions = [
        {"public_id": key, "label": f"{key}?", "kind": kind, "required": False, "choices": ["neck", "knee"]}
        for key, kind in KINDS.items()
    ]

    def answer_more() -> None:
        Service.update(questions=json.dumps(questions)).where(Service.id == cast.rows["Intake"]).execute()
        row = Booking.get(Booking.public_id == booking)
        row.answers = json.dumps(answers)
        row.save()
        store.bump_catalog()

    store.write(answer_more)
    page = sign_in(ReadyMade.ADMINISTRATOR).get(f"/bookings/{booking}").text
    assert "first-visit? No last? Sunday 31 January 2027 sore? neck, knee then? last year" in words(page)


def test_show_tells_answers_of_questions_removed_since(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booking = booked(cast, service="Intake", answers={"first-visit": "no"})

    def forget() -> None:
        Service.update(questions="[]").where(Service.id == cast.rows["Intake"]).execute()
        store.bump_catalog()

    store.write(forget)
    page = sign_in(ReadyMade.ADMINISTRATOR).get(f"/bookings/{booking}").text
    assert "A question asked then no" in words(page)
