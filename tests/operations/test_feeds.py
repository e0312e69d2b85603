"""Calendar feeds: what is in them for whom, and which addresses open nothing."""

from __future__ import annotations

from dataclasses import replace

import icalendar
import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import NotAllowed, NotFound
from app.operations.book import book
from app.operations.calendars.feeds import (
    AHEAD_SECONDS,
    PAST_SECONDS,
    end_feed,
    get_feed,
    open_feed,
    renew_feed,
    save_feed,
    write_calendar,
)
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.rights import actor_of
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import TimeOff, User
from app.translations import load_languages
from tests.cast import HOUR, NOW, Cast, Need
from tests.operations.helpers import ADA, BEN, TEN, system, visitor, wish
from tests.operations.letter_helpers import HEAD
from tests.operations.test_twice_at_once import twice
from tests.web.staff_cast import counted

DAY = 86_400


@pytest.fixture
def cast(store: Store) -> Cast:
    """One place with a room, two people who give the same service there; Ada has an account."""
    made = Cast(store)

    def fill() -> None:
        people = made.resources(["Ada", "Ben"])
        made.location("Centre")
        room = made.resource("Room", "room", "Centre")
        made.service("Consultation", [Need(people), Need([room])], ["Centre"])
        made.user("Ada Signed", ReadyMade.PROVIDER, "Ada")
        made.user("Desk", ReadyMade.FRONT_DESK)
        made.user("Audit", ReadyMade.AUDITOR)
        made.user("Root", ReadyMade.ADMINISTRATOR)
        store.bump_catalog()

    store.write(fill)
    return made


def acting(cast: Cast, name: str, now: int = NOW) -> Context:
    """Somebody with an account, as a request of theirs has them."""
    return Context(cast.store, cast.store.read(lambda: actor_of(User.get(User.name == name))), now)


def events(context: Context, public_id: str) -> list[icalendar.Component]:
    """What a calendar makes of the feed."""
    actor, feed = open_feed(context.store, public_id, context.now)
    calendar = icalendar.Calendar.from_ical(write_calendar(replace(context, actor=actor), feed, HEAD))
    return list(calendar.walk("VEVENT"))


def told(context: Context, public_id: str) -> list[tuple[str, ...]]:
    """Summary, place and the rest of each entry."""
    return [
        tuple(str(one.get(name, "")) for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS"))
        for one in events(context, public_id)
    ]


def test_feed_has_ones_own_bookings_and_no_others(cast: Cast) -> None:
    book(system(cast), wish(cast, TEN, provider=cast.ids["Ada"], client=ADA))
    book(system(cast), wish(cast, TEN + HOUR, provider=cast.ids["Ben"], client=BEN))
    gone = book(system(cast), wish(cast, TEN + 2 * HOUR, provider=cast.ids["Ada"], client=BEN))
    cancel(system(cast), gone.public_id)
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=False)
    assert told(ada, feed.public_id) == [("Consultation", "Centre", "Room", "CONFIRMED")]
    [event] = events(ada, feed.public_id)
    assert event.decoded("DTSTART").timestamp() == TEN
    assert {"ATTENDEE", "ORGANIZER"} & set(event) == set()


def test_names_are_in_it_where_their_owner_wants_and_may_see_them(cast: Cast) -> None:
    book(system(cast), wish(cast, TEN, provider=cast.ids["Ada"], client=ADA, comment="by wheelchair"))
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=True)
    [(summary, *rest)] = told(ada, feed.public_id)
    assert summary == f"Consultation: {ADA.name}"
    whole = write_calendar(ada, feed, HEAD).decode()
    assert (ADA.email in whole, "wheelchair" in whole, rest) == (False, False, ["Centre", "Room", "CONFIRMED"])
    assert save_feed(ada, with_clients=False).public_id == feed.public_id
    assert told(ada, feed.public_id)[0][0] == "Consultation"


@pytest.mark.parametrize("name", ["Desk", "Audit"])
def test_whoever_gives_nothing_has_nothing_in_it_whatever_they_may_see(cast: Cast, name: str) -> None:
    book(system(cast), wish(cast, TEN))
    who = acting(cast, name)
    assert told(who, save_feed(who, with_clients=True).public_id) == []


def test_rights_that_were_taken_count_at_the_next_fetch(cast: Cast) -> None:
    book(system(cast), wish(cast, TEN, provider=cast.ids["Ada"]))
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=True)
    assert len(told(ada, feed.public_id)) == 1
    cast.store.run("DELETE FROM role_grant WHERE user_id = %s", (ada.actor.user_id,))
    assert told(ada, feed.public_id) == []


def test_feed_has_ones_own_time_off_in_ones_language_without_its_reason(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    for name, start in (("Ada", TEN), ("Ben", TEN), ("Ada", NOW + AHEAD_SECONDS)):
        save_time_off(system(cast), TimeOffDraft(cast.ids[name], start, start + 3 * HOUR, "Ill"))
    feed = save_feed(ada, with_clients=True)
    away = TimeOff.select().order_by(TimeOff.id).get()
    [event] = events(ada, feed.public_id)
    found = {name: str(event[name]) for name in ("UID", "SUMMARY", "STATUS", "TRANSP")}
    assert found == {"UID": HEAD.uid(away.public_id), "SUMMARY": "Time off", "STATUS": "CONFIRMED", "TRANSP": "OPAQUE"}
    assert [event.decoded(name).timestamp() for name in ("DTSTART", "DTEND")] == [TEN, TEN + 3 * HOUR]
    assert [name for name in ("LOCATION", "DESCRIPTION", "URL", "ORGANIZER", "ATTENDEE") if name in event] == []
    moved = TimeOffDraft(cast.ids["Ada"], TEN, TEN + HOUR, "Ill")
    save_time_off(system(cast), moved, away.public_id)
    cast.store.write(User.update(language="de").where(User.name == "Ada Signed").execute)
    load_languages()
    [later] = events(ada, feed.public_id)
    assert (str(later["UID"]), str(later["SUMMARY"])) == (found["UID"], "Abwesend")
    assert later.decoded("SEQUENCE") > event.decoded("SEQUENCE")


def test_feed_reaches_from_a_month_ago_to_a_year_ahead(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=False)
    book(system(cast), wish(cast, TEN, provider=cast.ids["Ada"]))
    shown = {
        at: len(told(replace(ada, now=TEN + at), feed.public_id))
        for at in (1 - AHEAD_SECONDS, -AHEAD_SECONDS, PAST_SECONDS, PAST_SECONDS + HOUR)
    }
    assert list(shown.values()) == [1, 0, 1, 0]


def test_renewed_address_makes_the_one_before_worthless(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    first = save_feed(ada, with_clients=True)
    second = renew_feed(ada)
    assert second is not None
    with pytest.raises(NotFound):
        open_feed(cast.store, first.public_id, NOW)
    assert open_feed(cast.store, second.public_id, NOW)[1] == replace(second, fetched_at=None)
    end_feed(ada)
    with pytest.raises(NotFound):
        open_feed(cast.store, second.public_id, NOW)
    assert (get_feed(ada), renew_feed(ada)) == (None, None)
    end_feed(ada)
    told = AuditEntry.select().where(AuditEntry.kind == "calendar_feed").order_by(AuditEntry.id)
    said = [(row.action, row.kind) for row in told]
    assert said == [(one, "calendar_feed") for one in ("made", "changed", "removed")]


def test_account_that_is_switched_off_has_no_feed(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=True)
    cast.store.run('UPDATE "user" SET active = %s WHERE id = %s', (False, ada.actor.user_id))
    with pytest.raises(NotFound):
        open_feed(cast.store, feed.public_id, NOW)


def test_fetching_is_noted_once_an_hour(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=False)
    seen = []
    for at in (NOW, NOW + HOUR - 1, NOW + HOUR):
        open_feed(cast.store, feed.public_id, at)
        kept = get_feed(ada)
        seen.append(kept and kept.fetched_at)
    assert seen == [NOW, NOW, NOW + HOUR]


def test_visitors_have_no_feed(cast: Cast) -> None:
    for work in (get_feed, end_feed, renew_feed, lambda who: save_feed(who, with_clients=True)):
        with pytest.raises(NotAllowed):
            work(visitor(cast))


def test_feed_made_twice_at_once_is_one(cast: Cast) -> None:
    ada = acting(cast, "Ada Signed")
    found = twice(cast.store, *[lambda: save_feed(ada, with_clients=True)] * 2)
    assert found[0] == found[1]


def test_feed_of_many_bookings_asks_as_often_as_that_of_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = acting(cast, "Ada Signed")
    feed = save_feed(ada, with_clients=True)
    book(system(cast), wish(cast, TEN, provider=cast.ids["Ada"]))
    asked = []
    for more in (0, 6):
        for number in range(1, more + 1):
            book(system(cast), wish(cast, TEN + number * DAY, provider=cast.ids["Ada"], client=BEN))
        write_calendar(ada, feed, HEAD)
        with counted(cast.store) as questions:
            write_calendar(ada, feed, HEAD)
        asked.append(len(questions))
    assert asked[0] == asked[1]
