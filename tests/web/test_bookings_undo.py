"""The notice that offers to undo a move or a cancellation, its form, and what a calendar gets instead."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.booking.values import Instant
from app.operations.undoable import SHOWN_SECONDS
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, NOW, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import DAY, TEN, booked, starts, status_of, words


def cancelled(desk: Browser, cast: Cast) -> tuple[str, Page]:
    """Cancel a booking; return it, and its page."""
    booking = booked(cast)
    return booking, Page(desk.submit(f"/bookings/{booking}/cancel", {"reason": "ill"}, follow_redirects=True).text)


def offer_of(page: Page, booking: str) -> str:
    """The change that the notice of a page offers to undo."""
    return page.form(f"/bookings/{booking}/undo").fields["change"]


def moved(desk: Browser, booking: str, start: Instant) -> dict[str, object]:
    """Drop a booking at another time; return what the calendar is told."""
    fields = {"key": new_public_id(), "version": 1, "start": start}
    return dict(desk.submit(f"/bookings/{booking}/move.json", fields).json or {})


def test_cancellation_is_undone_by_the_notice(desk: Browser, store: Store, cast: Cast) -> None:
    booking, page = cancelled(desk, cast)
    change = offer_of(page, booking)
    assert "Cancelled. It can be undone for a few seconds. Undo" in page.text
    answer = desk.submit(f"/bookings/{booking}/undo", {"change": change}, follow_redirects=True)
    assert "Undone: the booking is as it was before." in words(answer.text)
    assert (status_of(store, booking), 'id="undo"' in answer.text) == ("confirmed", False)


def test_move_by_the_form_is_undone(desk: Browser, store: Store, cast: Cast) -> None:
    booking = booked(cast)
    fields = {"date": DAY, "time": "12:00", "duration": "30", "version": "1", "key": new_public_id()}
    page = Page(desk.submit(f"/bookings/{booking}/move", fields, follow_redirects=True).text)
    assert starts(store) == [TEN + 2 * HOUR]
    desk.submit(f"/bookings/{booking}/undo", {"change": offer_of(page, booking)})
    assert starts(store) == [TEN]


def test_dropped_booking_is_undone_by_the_calendar(desk: Browser, store: Store, cast: Cast) -> None:
    booking = booked(cast)
    offer = moved(desk, booking, TEN + HOUR)["undo"]
    assert isinstance(offer, dict)
    shown = (offer["said"], offer["url"], offer["seconds"])
    assert shown == ("Booking moved.", f"/bookings/{booking}/undo", SHOWN_SECONDS)
    answer = desk.submit(f"{offer['url']}.json", {"change": offer["change"]})
    assert (answer.json, starts(store)) == ({"said": "Undone: the booking is as it was before."}, [TEN])
    again = desk.submit(f"{offer['url']}.json", {"change": offer["change"]})
    assert (again.status_code, (again.json or {})["error"]) == (409, "cannot_undo")


def let_it_be(monkeypatch: pytest.MonkeyPatch, now: int) -> None:
    """Let pages happen at this moment."""
    monkeypatch.setattr("app.clock.now", lambda: now)


def test_calendar_shows_the_notice_as_long_as_it_counts(
    desk: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking, _ = cancelled(desk, cast)
    at = f"/calendar/day?location={cast.ids['Centre']}&date={DAY}"
    shown = []
    for seconds in (0, SHOWN_SECONDS - 1, SHOWN_SECONDS):
        let_it_be(monkeypatch, NOW + seconds)
        form = Page(desk.get(at).text).form("undo" if seconds < SHOWN_SECONDS else "/bookings/")
        shown.append(form.fields["change"] != "")
    assert shown == [True, True, False]
    assert 'id="undo"' not in desk.get(f"/bookings/{booking}").text


def test_refusal_is_shown_on_the_page_of_the_booking(desk: Browser, store: Store, cast: Cast) -> None:
    booking, page = cancelled(desk, cast)
    booked(cast, name="Olaf Client", provider=cast.ids["Ada"])
    booked(cast, name="Nele Client", provider=cast.ids["Ben"])
    answer = desk.submit(f"/bookings/{booking}/undo", {"change": offer_of(page, booking)})
    assert answer.status_code == 409
    assert "This cannot be undone, as somebody has taken what the booking gave back" in words(answer.text)
    assert status_of(store, booking) == "cancelled"


@pytest.mark.parametrize("change", ["", "nothing", "x" * 5000])
def test_unknown_change_is_refused_in_words(desk: Browser, cast: Cast, change: str) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/undo", {"change": change})
    assert answer.status_code == 409
    assert "This cannot be undone any more" in words(answer.text)


def test_others_are_offered_nothing_and_undo_nothing(desk: Browser, sign_in: SignIn, store: Store, cast: Cast) -> None:
    booking, page = cancelled(desk, cast)
    other, viewer = sign_in(ReadyMade.MANAGER), sign_in(ReadyMade.VIEWER)
    fields = {"change": offer_of(page, booking)}
    codes = [one.submit(f"/bookings/{booking}/undo", fields).status_code for one in (other, viewer)]
    assert (codes, 'id="undo"' in other.get(f"/bookings/{booking}").text) == ([409, 403], False)
    assert status_of(store, booking) == "cancelled"


def test_undone_request_waits_again(desk: Browser, store: Store, cast: Cast) -> None:
    booking = booked(cast, service="Approval", as_visitor=True)
    expires_at = Booking.get(Booking.public_id == booking).expires_at
    page = Page(desk.submit(f"/bookings/{booking}/cancel", follow_redirects=True).text)
    answer = desk.submit(f"/bookings/{booking}/undo", {"change": offer_of(page, booking)}, follow_redirects=True)
    assert "Undone: the request is as it was before." in words(answer.text)
    row = store.read(lambda: Booking.get(Booking.public_id == booking))
    assert (row.status, row.expires_at) == ("requested", expires_at)
