"""The set-up in memory: complete, read by a fixed number of queries, and never older than the last edit."""

from __future__ import annotations

import json
from datetime import date
from functools import partial

import pytest

from app.booking.refusals import NotFound
from app.booking.values import (
    Closure,
    DateOverride,
    Question,
    QuestionKind,
    Requirement,
    ResourceKind,
    TimeOff,
    Visibility,
    WallInterval,
    WeeklyHours,
)
from app.storage import tables
from app.storage.store import Store
from tests.cast import NOW, Cast, Need, one_provider
from tests.keys import open_store
from tests.storage.helpers import at_once, closing, stamped

FEAST = date(2031, 5, 1)
QUERIES = 17


def counted(store: Store) -> list[str]:
    """Note every statement from now on."""
    seen: list[str] = []
    store.database.query_hooks.append(lambda event: seen.append(event.sql))
    return seen


def add_hours(cast: Cast) -> None:
    """Weekly hours, overrides, closures and time off of all kinds."""
    centre, ada = cast.location("Centre", hours=None), cast.resource("Ada", tzid="Europe/Berlin")
    for values in ({"location": centre}, {"resource": ada}, {"resource": ada, "location": centre}):
        tables.WeeklyHours.create(weekday=0, start_minute=480, end_minute=720, **values)
    for start, end in ((780, 840), (480, 720)):
        tables.DateOverride.create(resource=ada, day="2031-05-01", start_minute=start, end_minute=end)
    tables.DateOverride.create(location=centre, day="2031-05-01")
    for place, name in ((None, "Feast"), (centre, "Works")):
        tables.Closure.create(**stamped(location=place, first_day="2031-05-01", last_day="2031-05-01", name=name))
    tables.TimeOff.create(**stamped(resource=ada, start_at=NOW, end_at=NOW + 60, reason="ill"))


def test_catalog_has_the_hours_of_locations_and_resources(store: Store) -> None:
    cast = Cast(store)
    store.write(partial(add_hours, cast))
    catalog, morning = store.catalog(), WallInterval(480, 720)
    centre, ada = catalog.locations[cast.rows["Centre"]], catalog.resources[cast.rows["Ada"]]
    assert (centre.name, centre.tzid, centre.active) == ("Centre", "UTC", True)
    assert (centre.weekly, centre.overrides) == ((WeeklyHours(0, morning),), (DateOverride(FEAST),))
    assert sorted(centre.closures, key=lambda one: one.name) == [
        Closure(FEAST, FEAST, "Feast"),
        Closure(FEAST, FEAST, "Works"),
    ]
    assert (ada.name, ada.kind, ada.tzid, ada.location_id) == ("Ada", ResourceKind.PERSON, "Europe/Berlin", None)
    assert ada.weekly == (WeeklyHours(0, morning), WeeklyHours(0, morning, centre.id))
    assert ada.overrides == (DateOverride(FEAST, (morning, WallInterval(780, 840))),)
    assert ada.time_off == (TimeOff(NOW, NOW + 60, "ill"),)


def test_catalog_has_services_with_all_that_belongs_to_them(store: Store) -> None:
    cast = Cast(store)
    question = {"public_id": "q1", "label": "Why?", "kind": "choice", "required": True, "choices": ["a", "b"]}

    def fill() -> None:
        cast.location("Centre")
        people, room = cast.resources(["Ada", "Ben"]), cast.resource("Room", "room", "Centre")
        values = {"durations": [30, 60], "needs_approval": True, "visibility": "staff", "limit_per_day": 3}
        cast.service("Talk", [Need(people, 2), Need([room])], ["Centre"], questions=json.dumps([question]), **values)

    store.write(fill)
    (service,) = store.catalog().services.values()
    ada, ben, room = (cast.rows[name] for name in ("Ada", "Ben", "Room"))
    pool, single = service.requirements
    assert (pool, single) == (
        Requirement(pool.id, "pool 1.0", (ada, ben), 2),
        Requirement(single.id, "Room", (room,), 1),
    )
    assert (service.durations_minutes, service.location_ids) == ((30, 60), (cast.rows["Centre"],))
    assert (service.needs_approval, service.visibility, service.limit_per_day) == (True, Visibility.STAFF, 3)
    assert service.questions == (Question("q1", "Why?", QuestionKind.CHOICE, True, ("a", "b")),)


@pytest.mark.parametrize("count", [1, 20])
def test_catalog_costs_the_same_queries_whatever_its_size(store: Store, count: int) -> None:
    cast = Cast(store)
    store.write(lambda: cast.resources(f"Person {number}" for number in range(count)))
    seen = counted(store)
    first = store.catalog()
    assert len(seen) == 2 + QUERIES
    assert store.catalog() is first
    assert len(seen) == 2 + QUERIES + 1


def test_catalog_is_new_after_an_edit_by_another_process(store: Store, database_url: str) -> None:
    before = store.catalog()
    other = open_store(database_url)
    one_provider(other)
    other.close()
    after = store.catalog()
    assert ([one.name for one in after.resources.values()], after.revision) == (["Ada"], before.revision + 1)


def test_catalog_within_an_edit_shows_the_edit_but_is_not_kept(store: Store) -> None:
    def edit() -> None:
        Cast(store).resource("Ada")
        store.bump_catalog()
        assert len(store.catalog().resources) == 1
        raise NotFound("thing", "x")

    before = store.catalog()
    with pytest.raises(NotFound):
        store.write(edit)
    assert store.catalog() is before


def test_catalog_within_a_transaction_that_edits_nothing_is_the_kept_one(store: Store) -> None:
    before = store.catalog()
    assert store.write(store.catalog) is before


def test_catalog_edited_while_it_is_read_is_read_again(store: Store) -> None:
    edits = [lambda: one_provider(store)]

    def edit_once(event: object) -> None:
        if edits and "FROM weekly_hours" in getattr(event, "sql", ""):
            at_once(closing(store, edits.pop()))

    store.database.query_hooks.append(edit_once)
    catalog = store.catalog()
    assert (len(catalog.resources), catalog.resources[1].name) == (1, "Ada")
    assert catalog.revision == store.rows("SELECT value FROM revision")[0][0]
