"""Whatever changes a calendar is found by the next look, with the days and places that show it, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import Unavailable
from app.integrations.ics.values import Busy
from app.operations.approvals.approve import approve, decline
from app.operations.book import accept_offer, book, hold
from app.operations.calendars.busy_times import replace_busy_times
from app.operations.calendars.live_bookings import EVERYWHERE, Days
from app.operations.calendars.live_changes import MISSING_SECONDS, Position, first_position, look
from app.operations.change import cancel, complete, move
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.clients.erasure import erase_client
from app.operations.installation.upkeep import release_expired
from app.operations.look_up import get_booking, look_at_booking
from app.operations.requests import HoldRequest, MoveRequest, WaitingRequest
from app.operations.setup.closures import ClosureDraft, save_closure
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.operations.undo import undo
from app.operations.undoable import find_undoable
from app.operations.waiting import get_waiting, join_waiting_list
from app.storage.audit import add_entry
from app.storage.statements import run
from app.storage.store import Store
from tests.cast import HOUR, MONDAY, Cast, Need, one_provider
from tests.keys import open_store
from tests.operations.approval_cast import acting
from tests.operations.helpers import ADA, BEN, TEN, client, staff, system, visitor, wish
from tests.operations.test_erasure import QUESTION

DAY = 86_400
SEVENTH = date(2030, 1, 7)


@dataclass
class Watch:
    """Somebody who looks again and again."""

    cast: Cast
    position: Position = field(default_factory=lambda: Position(0))

    def __post_init__(self) -> None:
        self.position = first_position(self.cast.store, self.cast.now)

    def found(self, now: int | None = None) -> Days:
        """Look, and name locations as the cast does."""
        self.position, found = look(self.cast.store, self.position, now or self.cast.now)
        names = {public_id: name for name, public_id in self.cast.ids.items()}
        return {names.get(one, one): days for one, days in found.items()}


def days(*numbers: int, place: str = "Centre") -> dict[str, frozenset[date] | None]:
    """These days from the Monday on, at a place."""
    return {place: frozenset(SEVENTH + timedelta(days=number) for number in numbers)}


def two_places(store: Store) -> Cast:
    """Ada gives consultations in Centre and in Honolulu, Ben in Centre alone."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        cast.location("Honolulu", "Pacific/Honolulu")
        cast.service("Consultation", [Need([cast.resource("Ada")])], ["Centre", "Honolulu"])
        cast.service("Massage", [Need([cast.resource("Ben", location="Centre")])], ["Centre"])
        store.bump_catalog()

    store.write(fill)
    return cast


def hold_request(cast: Cast) -> HoldRequest:
    return HoldRequest(service=cast.ids["Consultation"], location=cast.ids["Centre"], start=TEN)


def test_nothing_new_is_found_where_nothing_changed(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    watch = Watch(cast)
    assert (watch.found(), watch.found()) == ({}, {})


def test_booking_is_found_once(store: Store) -> None:
    watch = Watch(one_provider(store))
    book(visitor(watch.cast), wish(watch.cast))
    assert (watch.found(), watch.found()) == (days(0), {})


def test_booking_is_seen_wherever_its_people_are_on_the_day_that_it_is_there(store: Store) -> None:
    watch = Watch(two_places(store))
    book(visitor(watch.cast), wish(watch.cast, MONDAY + 9 * HOUR))
    assert watch.found() == days(0) | days(-1, place="Honolulu")


def test_booking_of_somebody_at_one_place_is_seen_there_alone(store: Store) -> None:
    watch = Watch(two_places(store))
    book(visitor(watch.cast), wish(watch.cast, service="Massage"))
    assert watch.found() == days(0)


def test_buffer_after_midnight_is_seen_on_the_next_day(store: Store) -> None:
    watch = Watch(one_provider(store, buffer_after_minutes=15 * 60))
    book(visitor(watch.cast), wish(watch.cast))
    assert watch.found() == days(0, 1)


def test_move_is_found_on_both_days(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    watch = Watch(cast)
    move(system(cast), MoveRequest(mine.public_id, TEN + 2 * DAY))
    assert watch.found() == days(0, 2)


def test_undone_move_is_found_on_both_days(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast)).public_id
    store.write(lambda: cast.user("Desk", "manager"))
    desk = acting(cast, "Desk")
    move(desk, MoveRequest(mine, TEN + 2 * DAY))
    found, watch = find_undoable(desk), Watch(cast)
    assert found is not None
    undo(desk, mine, found.change)
    assert watch.found() == days(0, 2)


@pytest.mark.parametrize("act", [cancel, approve, decline])
def test_decision_about_a_request_is_found(store: Store, act: Callable[..., object]) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(visitor(cast), wish(cast))
    watch = Watch(cast)
    act(system(cast), mine.public_id)
    assert watch.found() == days(0)


def test_booking_that_is_marked_as_done_is_found(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    watch = Watch(cast)
    complete(system(cast, TEN + HOUR), mine.public_id)
    assert watch.found() == days(0)


def test_wished_time_is_found_when_it_comes_and_when_it_goes(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    mine = book(visitor(cast), wish(cast))
    approve(system(cast), mine.public_id)
    watch = Watch(cast)
    move(client(cast, mine.public_id), MoveRequest(mine.public_id, TEN + 3 * DAY))
    came = watch.found()
    decline(system(cast), mine.public_id)
    assert (came, watch.found()) == (days(0, 3), days(0, 3))


def test_hold_is_found_when_it_begins_and_at_the_moment_when_it_ends(store: Store) -> None:
    cast = one_provider(store, hold_minutes=10)
    watch = Watch(cast)
    hold(visitor(cast), hold_request(cast))
    found = [watch.found(cast.now + seconds) for seconds in (0, 1, 599, 600, 601)]
    assert found == [days(0), {}, {}, days(0), {}]


def test_hold_that_becomes_a_booking_is_found(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), hold_request(cast))
    watch = Watch(cast)
    book(visitor(cast), wish(cast, hold=held.public_id))
    assert (watch.found(), watch.found()) == (days(0), {})


def test_hold_that_is_left_is_found(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), hold_request(cast))
    watch = Watch(cast)
    cancel(system(cast), held.public_id)
    assert watch.found() == days(0)


def test_offer_is_found_when_it_is_made_accepted_and_run_out(store: Store) -> None:
    cast = one_provider(store, offer_minutes=60)
    mine = book(visitor(cast), wish(cast))
    asked = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR)
    entry = join_waiting_list(visitor(cast), asked)
    watch = Watch(cast)
    cancel(system(cast), mine.public_id)
    offered = watch.found()
    held = first_position(cast.store, cast.now).held
    accept_offer(client(cast, offer_of(cast, entry.public_id)), offer_of(cast, entry.public_id))
    assert (offered, len(held), watch.found()) == (days(0), 1, days(0))


def offer_of(cast: Cast, entry: str) -> str:
    return get_waiting(system(cast), entry).offered_booking or ""


def test_request_that_runs_out_is_found_once_it_is_given_back(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    book(visitor(cast), wish(cast))
    watch = Watch(cast)
    release_expired(system(cast, cast.now + HOUR))
    assert watch.found(cast.now + HOUR) == days(0)


def test_seat_of_a_group_is_found_where_its_session_is_seen(store: Store) -> None:
    cast = two_places(store)
    store.write(lambda: store.run("UPDATE service SET capacity = 4"))
    store.write(store.bump_catalog)
    first = book(visitor(cast), wish(cast))
    watch = Watch(cast)
    book(visitor(cast), wish(cast, client=BEN))
    joined = watch.found()
    cancel(system(cast), first.public_id)
    assert (joined, watch.found()) == (days(0) | days(0, place="Honolulu"),) * 2


def test_set_up_is_found_everywhere(store: Store) -> None:
    cast = one_provider(store)
    context = staff(cast, ReadyMade.ADMINISTRATOR)
    watch = Watch(cast)
    save_closure(context, ClosureDraft("Feast", SEVENTH, SEVENTH))
    closed = watch.found()
    save_time_off(context, TimeOffDraft(cast.ids["Ada"], TEN, TEN + HOUR, "Vacation"))
    assert (closed, watch.found()) == ({EVERYWHERE: None}, {EVERYWHERE: None})


@pytest.mark.parametrize(("name", "place"), [("Ada", EVERYWHERE), ("Ben", "Centre")])
def test_busy_times_are_found_where_their_people_are(store: Store, name: str, place: str) -> None:
    cast = two_places(store)
    watch = Watch(cast)
    replace_busy_times(staff(cast, ReadyMade.ADMINISTRATOR), cast.ids[name], "x", [Busy(TEN, TEN + HOUR, "u", "t")])
    assert watch.found() == {place: None}


def test_corrected_client_is_found_where_their_bookings_are(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast))
    who = get_booking(system(cast), mine.public_id).client
    watch = Watch(cast)
    save_client(system(cast), who, ClientDraft("Ada Other", ADA.email))
    corrected = watch.found()
    erase_client(system(cast, TEN + HOUR), who)
    assert (corrected, watch.found()) == (days(0), {EVERYWHERE: None})


def test_look_at_a_booking_is_no_change(store: Store) -> None:
    cast = one_provider(store, questions=json.dumps([QUESTION]))
    mine = book(visitor(cast), wish(cast, answers={QUESTION["public_id"]: "because"}))
    watch = Watch(cast)
    look_at_booking(staff(cast, ReadyMade.ADMINISTRATOR), mine.public_id)
    before, found = watch.position.last, watch.found()
    assert (watch.position.last - before, found) == (1, {})


def test_entry_that_is_committed_late_is_found(postgresql_url: str) -> None:
    store, other = open_store(postgresql_url), open_store(postgresql_url)
    cast = one_provider(store)
    watch = Watch(cast)
    found = []

    def begun_first() -> None:
        add_entry((cast.now, "system", None, "", "changed", "closure", "", "{}", "{}", ""))
        other.run("INSERT INTO audit_entry (at, actor, action, kind) VALUES (%s, 'system', 'x', 'user')", (cast.now,))
        found.append(look_by(other, watch))

    store.write(begun_first)
    found += [watch.found(), watch.found()]
    assert (found, watch.position.missing) == ([{}, {EVERYWHERE: None}, {}], {})
    other.close()
    store.close()


def look_by(store: Store, watch: Watch) -> Days:
    watch.position, found = look(store, watch.position, watch.cast.now)
    return found


def test_number_that_nobody_will_write_is_forgotten(store: Store) -> None:
    cast = one_provider(store)
    watch = Watch(cast)
    store.write(lambda: write_at(watch.position.last + 3, cast.now))
    missing = [(watch.found(cast.now + seconds), len(watch.position.missing)) for seconds in (0, 60, MISSING_SECONDS)]
    assert missing == [({}, 2), ({}, 2), ({}, 0)]


def write_at(number: int, now: int) -> None:
    run("INSERT INTO audit_entry (id, at, actor, action, kind) VALUES (%s, %s, 'system', 'x', 'user')", (number, now))


def test_entry_that_was_missing_when_a_process_starts_is_found(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    last = first_position(store, cast.now).last
    store.write(lambda: write_at(last + 2, cast.now))
    watch = Watch(cast)
    sql = "INSERT INTO audit_entry (id, at, actor, action, kind) VALUES (%s, %s, 'system', 'changed', 'closure')"
    store.write(lambda: store.run(sql, (last + 1, cast.now)))
    assert watch.found() == {EVERYWHERE: None}


def test_database_that_is_away_is_told_and_loses_nothing(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    watch = Watch(one_provider(store))
    book(visitor(watch.cast), wish(watch.cast))
    store.close()
    path = sqlite_url.removeprefix("sqlite:///")
    Path(path).rename(path + ".away")
    Path(path).mkdir()
    with pytest.raises(Unavailable):
        watch.found()
    Path(path).rmdir()
    Path(path + ".away").rename(path)
    assert watch.found() == days(0)
    store.close()
