"""What a calendar asks while somebody drags a booking: where it may go, why not elsewhere, and the drop."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.permissions import Permission, ReadyMade
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Booking, Pool, PoolMember, Service
from tests.cast import HOUR, MONDAY, Cast, Need
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import DAY, TEN, booked, counted

QUARTER = HOUR // 4


def places(desk: Browser, booking: str, day: str = DAY) -> dict[str, Any]:
    return dict(desk.get(f"/bookings/{booking}/places.json?date={day}").json or {})


def why(desk: Browser, booking: str, resource: str, start: int) -> dict[str, Any]:
    return dict(desk.get(f"/bookings/{booking}/why.json?resource={resource}&start={start}").json or {})


def drop(desk: Browser, booking: str, **fields: object) -> tuple[int, dict[str, Any]]:
    answer = desk.submit(f"/bookings/{booking}/move.json", {"key": new_public_id(), "version": 1, **fields})
    return answer.status_code, dict(answer.json or {})


def test_booking_may_go_where_its_rules_allow_it(desk: Browser, cast: Cast) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Olaf Client", provider=cast.ids["Ada"])
    told = places(desk, mine)
    quarters = range(MONDAY + 8 * HOUR, MONDAY + 18 * HOUR, QUARTER)
    olaf = range(TEN + HOUR - 2 * QUARTER, TEN + HOUR + 3 * QUARTER, QUARTER)
    last = MONDAY + 17 * HOUR + 2 * QUARTER  # a buffer may lie outside of the hours
    assert told["places"][cast.ids["Ada"]] == [one for one in quarters if one <= last and one not in olaf]
    assert told["places"][cast.ids["Ben"]] == [one for one in quarters if one <= last]
    assert set(told["places"]) == {cast.ids["Ada"], cast.ids["Ben"]}


def test_places_of_a_week_are_those_of_each_of_its_days(desk: Browser, cast: Cast) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    week = dict(desk.get(f"/bookings/{mine}/places.json?date={DAY}&days=7").json or {})
    days = [places(desk, mine, f"2030-01-{day:02d}")["places"] for day in range(7, 14)]
    assert week["places"] == {one: [start for day in days for start in day[one]] for one in days[0]}
    assert week["minutes"] == [30, 60]


@pytest.mark.parametrize("days", ["0", "8", "-1", "many", "99999999999"])
def test_number_of_days_that_no_calendar_shows_is_refused_in_a_sentence(desk: Browser, cast: Cast, days: str) -> None:
    answer = desk.get(f"/bookings/{booked(cast)}/places.json?date={DAY}&days={days}")
    assert (answer.status_code, set(answer.json or ())) == (422, {"error", "message"})


def test_durations_are_those_that_fit_where_it_stands(desk: Browser, cast: Cast) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    free = places(desk, mine)["minutes"]
    booked(cast, TEN + HOUR, name="Olaf Client", provider=cast.ids["Ada"])
    assert (free, places(desk, mine)["minutes"]) == ([30, 60], [30])


def test_reasons_are_said_and_the_booking_itself_is_none(desk: Browser, cast: Cast) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Olaf Client", provider=cast.ids["Ada"])
    assert why(desk, mine, cast.ids["Ada"], TEN + QUARTER) == {"reasons": []}
    assert "Ada" in why(desk, mine, cast.ids["Ada"], TEN + HOUR)["reasons"][0]
    assert why(desk, mine, cast.ids["Laser"], TEN) == {"reasons": ["Consultation does not take Laser."]}


@pytest.mark.parametrize(("resource", "start"), [("nobody", str(TEN)), ("", ""), ("Ada", "soon")])
def test_question_that_cannot_be_read_is_refused_in_a_sentence(
    desk: Browser, cast: Cast, resource: str, start: str
) -> None:
    answer = desk.get(f"/bookings/{booked(cast)}/why.json?resource={cast.ids.get(resource, resource)}&start={start}")
    assert (answer.status_code, set(answer.json or ())) == (422, {"error", "message"})


def test_date_that_cannot_be_read_is_refused_in_a_sentence(desk: Browser, cast: Cast) -> None:
    answer = desk.get(f"/bookings/{booked(cast)}/places.json?date=today")
    assert (answer.status_code, set(answer.json or ())) == (422, {"error", "message"})


def test_drop_moves_to_another_time_and_person(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    told = drop(desk, mine, start=TEN + HOUR, resource=cast.ids["Ben"])
    assert (told[0], told[1]["said"]) == (200, "Moved to Monday 7 January 2030, 11:00–11:30.")
    assert store.read(lambda: Booking.get().start_at) == TEN + HOUR


def test_drop_gives_another_duration(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast)
    assert drop(desk, mine, start=TEN, minutes=60)[0] == 200
    assert store.read(lambda: Booking.get().end_at) == TEN + HOUR


def test_drop_on_what_was_taken_meanwhile_moves_nothing_and_says_so(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Olaf Client", provider=cast.ids["Ada"])
    status, told = drop(desk, mine, start=TEN + HOUR, resource=cast.ids["Ada"])
    assert (status, told["error"]) == (409, "just_taken")
    assert store.read(lambda: Booking.get(Booking.public_id == mine).start_at) == TEN


def test_drop_of_a_booking_that_somebody_else_moved_is_refused(desk: Browser, cast: Cast) -> None:
    mine = booked(cast)
    assert drop(desk, mine, start=TEN + HOUR)[0] == 200
    status, told = drop(desk, mine, start=TEN + 2 * HOUR)
    assert (status, told["error"]) == (409, "stale_version")


def test_same_drop_sent_twice_moves_once(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast)
    fields = {"key": new_public_id(), "version": 1, "start": TEN + HOUR}
    first, second = (desk.submit(f"/bookings/{mine}/move.json", fields) for _ in range(2))
    assert (first.json, store.read(lambda: Booking.get().sequence)) == (second.json, 1)


def test_drop_of_what_needs_approval_asks_for_it(sign_in: SignIn, cast: Cast, store: Store) -> None:
    mine = booked(cast, service="Approval", provider=cast.ids["Ada"])
    store.write(lambda: Booking.update(status="confirmed").execute())
    desk = sign_in(ReadyMade.FRONT_DESK)
    status, told = drop(desk, mine, start=TEN + HOUR, version=Booking.get().version)
    assert (status, told["said"]) == (200, "The new time waits for approval; until then nothing is moved.")


def test_ended_booking_cannot_be_dragged(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast)
    store.write(lambda: Booking.update(status="completed").execute())
    answer = desk.get(f"/bookings/{mine}/places.json?date={DAY}")
    assert (answer.status_code, (answer.json or {})["error"]) == (409, "invalid_transition")


def test_calendar_lets_movable_bookings_be_dragged_by_those_who_may_move(
    desk: Browser, sign_in: SignIn, cast: Cast, store: Store
) -> None:
    mine, page = booked(cast), f"/calendar/day?date={DAY}"
    here = f'data-move="{mine}" data-start="{TEN}" data-minutes="30" data-version="1"'
    found = [here in desk.get(page).text, here in sign_in(ReadyMade.VIEWER).get(page).text]
    store.write(lambda: Booking.update(status="completed").execute())
    assert ([*found, here in desk.get(page).text], "drag.js" in desk.get(page).text) == ([True, False, False], True)


def test_part_that_is_kept_for_others_has_no_token_of_a_session(desk: Browser, cast: Cast) -> None:
    booked(cast)
    page = desk.get(f"/calendar/day?date={DAY}").text
    part = desk.get(f"/calendar/day?date={DAY}", headers={"X-Eigenplan-Part": "new"}).text
    assert ("data-csrf" in page, "csrf" in part) == (True, False)


def test_booking_keeps_what_its_service_no_longer_has(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])

    def change() -> None:
        Service.update(active=False, durations_minutes="[45]").where(Service.name == "Consultation").execute()
        store.bump_catalog()

    store.write(change)
    assert TEN + HOUR in places(desk, mine)["places"][cast.ids["Ben"]]
    assert drop(desk, mine, start=TEN + HOUR, resource=cast.ids["Ben"])[0] == 200


def test_desk_needs_no_notice_and_those_who_may_only_move_do(
    desk: Browser, sign_in_with: SignIn, cast: Cast, store: Store
) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])

    def change() -> None:
        Service.update(minimum_notice_minutes=60 * 24 * 30).where(Service.name == "Consultation").execute()
        store.bump_catalog()

    store.write(change)
    mover = sign_in_with(Permission.MOVE, Permission.SEE_TITLES, Permission.SEE_BUSY)
    assert (
        TEN + HOUR in places(desk, mine)["places"][cast.ids["Ben"]],
        places(mover, mine)["places"][cast.ids["Ben"]],
    ) == (True, [])
    assert "too soon" in why(mover, mine, cast.ids["Ben"], TEN + HOUR)["reasons"][0]


def test_where_it_stays_with_its_people_all_of_them_have_to_be_free(desk: Browser, cast: Cast, store: Store) -> None:
    def both() -> None:
        cast.service("Pair", [Need([cast.rows["Ada"], cast.rows["Ben"]]), Need([cast.rows["Room 1"]])], ["Centre"])
        store.bump_catalog()

    store.write(both)
    mine = booked(cast, TEN, "Pair", provider=cast.ids["Ada"])
    booked(cast, TEN + HOUR, name="Olaf Client", provider=cast.ids["Ada"])
    found = places(desk, mine)["places"]
    assert [TEN + HOUR in found[cast.ids[name]] for name in ("Ada", "Room 1", "Ben")] == [False, False, True]


def test_places_cost_as_many_queries_for_ten_people_as_for_two(desk: Browser, cast: Cast, store: Store) -> None:
    mine = booked(cast, provider=cast.ids["Ada"])
    with counted(store) as before:
        places(desk, mine)

    def more() -> None:
        people = cast.resources(f"Person {number}" for number in range(8))
        pool = Pool.select().order_by(Pool.id).get().id
        PoolMember.insert_many([{"pool": pool, "resource": one} for one in people]).execute()
        store.bump_catalog()

    store.write(more)
    places(desk, mine)  # reads the new set-up
    with counted(store) as after:
        assert len(places(desk, mine)["places"]) == 10
    assert len(after) == len(before)
