"""Moving a booking."""

from __future__ import annotations

import re

import pytest

from app.access.permissions import Permission, ReadyMade
from app.storage.store import Store
from app.storage.tables import Booking, Service
from tests.cast import HOUR, Cast
from tests.web.conftest import Browser, SignIn, SignInWith
from tests.web.staff_cast import DAY, TEN, booked, form, starts, words

WEEK = 7 * 24 * HOUR


def to(time: str, version: int = 1, **more: str) -> dict[str, str]:
    return {"date": DAY, "time": time, "version": str(version), **more}


def test_form_offers_free_times_of_the_date_asked_for(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    page = words(desk.get(f"/bookings/{booking}/move", query_string={"date": "2030-01-08", "duration": "60"}).text)
    assert ("New time on Tuesday 8 January 2030 08:00 08:15" in page, "17:15" in page) == (True, False)


def test_form_offers_times_that_only_the_booking_itself_takes(desk: Browser, cast: Cast) -> None:
    booking = booked(cast, service="Class", seats=5)
    page = words(desk.get(f"/bookings/{booking}/move", query_string={"date": DAY}).text)
    assert "09:30 09:45 10:00 now 10:15 10:30 10:45" in page


def test_booking_of_a_service_switched_off_can_still_be_moved(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)

    def switch_off() -> None:
        Service.update(active=False).where(Service.id == cast.rows["Consultation"]).execute()
        store.bump_catalog()

    store.write(switch_off)
    page = desk.get(f"/bookings/{booking}/move")
    answer = desk.submit(f"/bookings/{booking}/move", to("11:00"))
    assert (page.status_code, answer.status_code, starts(store)) == (200, 302, [TEN + HOUR])


def test_form_with_unreadable_date_still_shows(desk: Browser, cast: Cast) -> None:
    page = words(desk.get(f"/bookings/{booked(cast)}/move", query_string={"date": "soon", "duration": "x"}).text)
    assert "a date that cannot be read" in page


def test_form_keeps_a_duration_that_the_service_lost(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)

    def change() -> None:
        Service.update(durations_minutes="[60]").where(Service.id == cast.rows["Consultation"]).execute()
        store.bump_catalog()

    store.write(change)
    assert "30 min (as now) 1 h" in words(desk.get(f"/bookings/{booking}/move").text)


def test_move_to_typed_time(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/move", to("12:00"), follow_redirects=True)
    assert "Moved to Monday 7 January 2030, 12:00–12:30." in answer.text
    assert starts(store) == [TEN + 2 * HOUR]


def test_move_to_other_person_by_chosen_slot(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast, provider=cast.ids["Ada"])
    desk.submit(f"/bookings/{booking}/move", to("", slot=str(TEN + HOUR), provider=cast.ids["Ben"]))
    assert "With Ben" in words(desk.get(f"/bookings/{booking}").text)


def test_move_after_somebody_elses_change_is_refused(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    desk.submit(f"/bookings/{booking}/move", to("12:00"))
    answer = desk.submit(f"/bookings/{booking}/move", to("15:00"))
    assert (answer.status_code, starts(store)) == (409, [TEN + 2 * HOUR])
    assert "Somebody else changed this in the meantime" in answer.text
    assert 'name="version" value="1"' in answer.text


def test_move_onto_taken_time_offers_others(desk: Browser, cast: Cast, store: Store) -> None:
    for name in ("Olaf Client", "Pia Client"):
        booked(cast, TEN + 2 * HOUR, name=name)
    booking = booked(cast)
    answer = desk.submit(f"/bookings/{booking}/move", to("12:00"))
    offered = re.findall(r'name="offer" value="(\d+)"', answer.text)
    assert (answer.status_code, len(offered)) == (409, 3)
    desk.submit(f"/bookings/{booking}/move", to("12:00", offer=offered[0]))
    assert int(offered[0]) in starts(store)


def test_move_sent_twice_moves_once(desk: Browser, cast: Cast, store: Store) -> None:
    booking = booked(cast)
    fields = to("12:00", key="the same key")
    codes = [desk.submit(f"/bookings/{booking}/move", fields).status_code for _ in range(2)]
    assert (codes, starts(store)) == ([302, 302], [TEN + 2 * HOUR])


def test_move_of_what_was_cancelled_is_refused(desk: Browser, cast: Cast) -> None:
    booking = booked(cast)
    desk.submit(f"/bookings/{booking}/cancel")
    asked, sent = desk.get(f"/bookings/{booking}/move"), desk.submit(f"/bookings/{booking}/move", to("12:00"))
    assert (asked.status_code, sent.status_code) == (409, 409)


def test_move_outside_hours_needs_the_right(sign_in: SignIn, cast: Cast, store: Store) -> None:
    booking, early = booked(cast), to("06:00", override="1", override_reason="Asked")
    refused = sign_in(ReadyMade.FRONT_DESK).submit(f"/bookings/{booking}/move", early)
    assert (refused.status_code, starts(store)) == (403, [TEN])
    sign_in(ReadyMade.MANAGER).submit(f"/bookings/{booking}/move", early)
    assert starts(store) == [TEN - 4 * HOUR]


def test_move_is_closed_to_others_and_strangers(sign_in_with: SignInWith, cast: Cast, visitor: Browser) -> None:
    booking = booked(cast)
    reader = sign_in_with(Permission.SEE_BUSY, Permission.SEE_TITLES)
    assert reader.get(f"/bookings/{booking}/move").status_code == 403
    assert reader.submit(f"/bookings/{booking}/move", to("12:00")).status_code == 403
    assert visitor.get(f"/bookings/{booking}/move").location == f"/sign-in?next=/bookings/{booking}/move"


@pytest.mark.parametrize(
    ("reach", "moved"),
    [("one", [0, 2, 0]), ("following", [0, 2, 2]), ("all", [2, 2, 2]), ("nonsense", [0, 2, 0])],
)
def test_move_in_a_series_reaches_as_far_as_chosen(
    desk: Browser, cast: Cast, store: Store, reach: str, moved: list[int]
) -> None:
    desk.submit("/bookings/new", form(cast, repeat="weekly", count="3"))
    second = store.read(lambda: Booking.get(Booking.start_at == TEN + WEEK))
    fields = to("12:00", date="2030-01-14", reach=reach, key="the same key")
    reached = sum(1 for hours in moved if hours)
    said = f"{reached} bookings are moved, this one to Monday" if reached > 1 else "Moved to Monday 14 January"
    for _ in range(2):
        assert said in desk.submit(f"/bookings/{second.public_id}/move", fields, follow_redirects=True).text
    assert starts(store) == [TEN + number * WEEK + hours * HOUR for number, hours in enumerate(moved)]


@pytest.mark.parametrize(("reach", "said"), [("one", "The new time waits"), ("all", "2 new times wait")])
def test_move_that_has_to_be_approved_says_so(desk: Browser, cast: Cast, store: Store, reach: str, said: str) -> None:
    fields = form(cast, repeat="weekly", count="2", service="Approval")
    desk.submit("/bookings/new", fields)
    store.write(lambda: Booking.update(status="confirmed", expires_at=None).execute())
    first = store.read(lambda: Booking.get(Booking.start_at == TEN))
    answer = desk.submit(f"/bookings/{first.public_id}/move", to("12:00", reach=reach), follow_redirects=True)
    assert f"{said} for approval; until then nothing is moved." in words(answer.text)
    assert starts(store) == [TEN, TEN + WEEK]
