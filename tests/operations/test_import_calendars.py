"""Importing calendar files as busy time: replaced as a whole, seen by the search, nothing lost by a bad file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed
from app.integrations.ics.values import Busy
from app.operations.calendars.busy_times import find_resource, replace_busy_times
from app.operations.calendars.import_calendars import ImportRequest, import_calendars
from app.operations.slots import find_slots
from app.storage.store import Store
from app.storage.tables import BusyTime
from tests.cast import HOUR, Cast, one_provider
from tests.integrations.ics_samples import calendar, event
from tests.operations.helpers import TEN, staff, system, visitor

MEETING = event("DTSTART:20300107T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "SUMMARY:Team")


def file(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def stored() -> list[tuple[str, int, int]]:
    """All busy times."""
    query = BusyTime.select().order_by(BusyTime.source, BusyTime.start_at)
    return [(row.source, row.start_at, row.end_at) for row in query]


def test_import_makes_the_time_busy_for_the_search(store: Store, tmp_path: Path) -> None:
    cast = one_provider(store)
    result = import_calendars(system(cast), ImportRequest("ada", "team", [file(tmp_path, "a.ics", calendar(*MEETING))]))
    assert (result.resource, result.count) == ("Ada", 2)
    assert stored() == [("team", TEN, TEN + HOUR), ("team", TEN + 24 * HOUR, TEN + 25 * HOUR)]
    free = find_slots(visitor(cast), cast.ids["Consultation"], cast.ids["Centre"], TEN - HOUR, TEN + 2 * HOUR)
    assert [start for start in free if TEN - HOUR // 2 < start < TEN + HOUR] == []
    assert TEN + HOUR in free


def test_import_replaces_only_the_same_source_and_resource(store: Store, tmp_path: Path) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.resource("Ben"))
    store.write(store.bump_catalog)
    context = system(cast)
    for resource, source in (("Ada", "team"), ("Ada", "home"), ("Ben", "team")):
        replace_busy_times(context, cast.ids[resource], source, [Busy(TEN, TEN + 60)])
    import_calendars(context, ImportRequest("Ada", "team", [file(tmp_path, "a.ics", calendar())]))
    assert stored() == [("home", TEN, TEN + 60), ("team", TEN, TEN + 60)]


def test_import_reads_what_it_can_and_names_the_rest(store: Store, tmp_path: Path) -> None:
    cast = one_provider(store)
    files = [
        file(tmp_path, "good.ics", calendar(*MEETING)),
        file(tmp_path, "bad.ics", calendar(*event("DTSTART:never"))),
        tmp_path / "gone.ics",
    ]
    result = import_calendars(system(cast), ImportRequest("Ada", "file", files))
    assert [(reading.events, len(reading.problems)) for _, reading in result.files] == [(1, 0), (0, 1), (0, 1)]
    assert result.count == 2


def test_import_of_nothing_readable_keeps_what_there_was(store: Store, tmp_path: Path) -> None:
    cast = one_provider(store)
    replace_busy_times(system(cast), cast.ids["Ada"], "file", [Busy(TEN, TEN + 60)])
    result = import_calendars(system(cast), ImportRequest("Ada", "file", [file(tmp_path, "a.ics", b"<html>")]))
    assert (result.count, stored()) == (None, [("file", TEN, TEN + 60)])


def test_import_is_for_the_days_asked_for(store: Store, tmp_path: Path) -> None:
    cast = one_provider(store)
    files = [file(tmp_path, "a.ics", calendar(*MEETING))]
    request = ImportRequest("Ada", "file", files, date(2030, 1, 8), date(2030, 1, 8))
    assert import_calendars(system(cast), request).count == 1
    with pytest.raises(InvalidInput):
        import_calendars(system(cast), ImportRequest("Ada", "file", files, date(2030, 1, 8), date(2030, 1, 7)))


def test_many_busy_times_are_written_in_several_steps(store: Store) -> None:
    cast = one_provider(store)
    busy = [Busy(TEN + number * HOUR, TEN + number * HOUR + 60) for number in range(1201)]
    assert replace_busy_times(system(cast), cast.ids["Ada"], "file", busy) == 1201
    assert BusyTime.select().count() == 1201


def test_import_needs_the_right_and_a_source(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotAllowed):
        import_calendars(staff(cast, ReadyMade.FRONT_DESK), ImportRequest("Ada", "file", []))
    with pytest.raises(NotAllowed):
        replace_busy_times(staff(cast, ReadyMade.FRONT_DESK), cast.ids["Ada"], "file", [])
    with pytest.raises(InvalidInput):
        replace_busy_times(system(cast), cast.ids["Ada"], " ", [])


def names(store: Store) -> Cast:
    """People and rooms with names that are easily mixed up."""
    cast = Cast(store)

    def fill() -> None:
        for name, kind in (("Anna Berg", "person"), ("Blue room", "room"), ("Red room", "room"), ("Twin", "person")):
            cast.resource(name, kind)
        cast.ids["first twin"] = cast.ids["Twin"]
        cast.resource("Twin", "room")
        store.bump_catalog()

    store.write(fill)
    return cast


@pytest.mark.parametrize("name", ["Blue room", " blue ROOM "])
def test_resource_is_found_by_its_name(store: Store, name: str) -> None:
    assert find_resource(system(names(store)).catalog, name).name == "Blue room"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Anna Burg", "Nothing is called Anna Burg. Did you mean Anna Berg?"),
        ("room", "Nothing is called room. Did you mean Red room or Blue room?"),
        ("xyz", "Nothing is called xyz. Please give the name of a person, room or device as it is in the set-up."),
    ],
)
def test_unknown_resource_is_told_with_what_is_close(store: Store, name: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_resource(system(names(store)).catalog, name)
    assert caught.value.problem == words


def test_ambiguous_resource_is_told_with_ids_that_can_be_given(store: Store) -> None:
    cast = names(store)
    catalog = system(cast).catalog
    ids = sorted(f"{cast.ids[name]} ({kind})" for name, kind in (("first twin", "person"), ("Twin", "room")))
    with pytest.raises(InvalidInput) as caught:
        find_resource(catalog, "Twin")
    assert caught.value.problem == f"Several are called Twin; please give one of these ids: {', '.join(ids)}."
    assert find_resource(catalog, cast.ids["first twin"]).kind == "person"
