"""Everything out and in again: the same installation, and archives that were touched are refused with the place."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import icalendar
import pytest
import yaml

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant
from app.access.permissions import Extent, Permission, ReadyMade, all_of
from app.booking.refusals import InvalidInput, NotAllowed
from app.operations.archive.export import export_plain, export_sealed
from app.operations.archive.import_archive import ArchiveError, import_archive
from app.operations.book import book
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.operations.requests import SeriesRequest
from app.operations.series import book_series
from app.operations.setup.doors import DoorDraft, save_door
from app.storage.all_tables import ALL_TABLES
from app.storage.check import check_database
from app.storage.dump import BLOCK, DUMPED, LEFT_BEHIND, sums_of, table_name
from app.storage.store import Store
from app.storage.tables import Booking, Client, WeeklyHours
from tests.cast import HOUR, NOW, Cast
from tests.keys import open_store
from tests.operations.helpers import TEN, staff, system, visitor, wish
from tests.web.rights_world import make_world

HEAD = Letterhead("https://booking.example.org", "Practice <practice@example.org>", b"")
PASSPHRASE = "a long way round the lake"
DAY = 86_400


def filled(store: Store) -> Cast:
    """An installation with one of everything, a series, and texts in many scripts."""
    cast = make_world(store).cast
    book_series(system(cast), SeriesRequest(wish(cast, TEN + 5 * HOUR), "FREQ=WEEKLY;COUNT=3"))
    texts = 'Line one\nüñí ☃ 漢字 "quoted" \\ end'
    book(visitor(cast), wish(cast, TEN + DAY, comment=texts))
    return cast


def archive_of(cast: Cast) -> bytes:
    """The plain archive of an installation."""
    file = io.BytesIO()
    export_plain(system(cast), file, HEAD)
    return file.getvalue()


@pytest.fixture
def empty(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty installation on SQLite."""
    path = tmp_path / "new.db"
    shutil.copy(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def bring(target: Store, content: bytes, passphrase: str = PASSPHRASE) -> dict[str, int]:
    """Import an archive."""
    return import_archive(system(Cast(target)), io.BytesIO(content), lambda: passphrase)


def all_sums(store: Store) -> dict[str, tuple[int, str]]:
    """Number and checksum of every table's rows, but the counters'."""
    return store.snapshot(
        lambda: {table_name(one): sums_of(store, one) for one in DUMPED if table_name(one) != "revision"}
    )


def test_imported_installation_is_the_same_row_by_row(store: Store, empty: Store) -> None:
    cast = filled(store)
    content, before = archive_of(cast), all_sums(store)
    counts = bring(empty, content)
    assert all_sums(empty) == before
    assert (counts["booking"], counts["client"]) == (before["booking"][0], before["client"][0])
    assert check_database(empty) == check_database(store)


def test_archive_of_an_imported_installation_is_the_same_archive(store: Store, empty: Store) -> None:
    cast = filled(store)
    first = archive_of(cast)
    bring(empty, first)
    again = archive_of(Cast(empty))
    counted = ("manifest.json", "tables/revision.jsonl", "tables/audit_entry.jsonl")  # each export is an entry
    for name in zipfile.ZipFile(io.BytesIO(first)).namelist():
        if name not in counted:
            one, other = (zipfile.ZipFile(io.BytesIO(content)).read(name) for content in (first, again))
            assert (name, one) == (name, other)


def test_imported_installation_goes_on_where_the_old_one_was(store: Store, empty: Store) -> None:
    bring(empty, archive_of(filled(store)))
    cast = Cast(empty)
    service = next(one for one in empty.read(empty.catalog).services.values() if one.name == "Consultation")
    cast.ids = {"Consultation": service.public_id, "Centre": next(iter(empty.catalog().locations.values())).public_id}
    count = Booking.select().count()
    book(visitor(cast), wish(cast, TEN + 2 * DAY))
    assert Booking.select().count() == count + 1


def test_every_table_is_exported_or_left_behind_on_purpose() -> None:
    assert {*DUMPED, *LEFT_BEHIND} == set(ALL_TABLES)
    assert {table_name(one) for one in LEFT_BEHIND} == {
        *("idempotency_key", "throttle", "user_session", "spent_challenge"),
        *("encryption_key", "client_index", "undoable_change"),
    }


def test_sealed_archive_gives_the_same_installation_and_shows_nothing(store: Store, empty: Store) -> None:
    cast, file = filled(store), io.BytesIO()
    export_sealed(system(cast), file, PASSPHRASE, HEAD)
    assert b"manifest.json" not in file.getvalue()
    bring(empty, file.getvalue())
    assert all_sums(empty) == all_sums(store)


def test_sealed_archive_with_another_passphrase_is_refused(store: Store, empty: Store) -> None:
    cast, file = filled(store), io.BytesIO()
    export_sealed(system(cast), file, PASSPHRASE, HEAD)
    with pytest.raises(ArchiveError) as refused:
        bring(empty, file.getvalue(), "another long passphrase")
    assert str(refused.value) == "The passphrase is wrong, or the beginning of the file was changed."


def test_short_passphrase_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput):
        export_sealed(system(filled(store)), io.BytesIO(), "short", HEAD)


@pytest.mark.parametrize("role", [one for one in ReadyMade if one is not ReadyMade.ADMINISTRATOR])
def test_only_who_may_see_everything_exports(store: Store, role: ReadyMade) -> None:
    cast = filled(store)
    with pytest.raises(NotAllowed):
        export_plain(staff(cast, role), io.BytesIO(), HEAD)


LACKING: dict[str, dict[Permission, Extent]] = {
    "the audit log": all_of(*(one for one in Permission if one is not Permission.READ_AUDIT)),
    "others' answers": {**all_of(*Permission), Permission.SEE_CONFIDENTIAL: Extent.OWN},
}


@pytest.mark.parametrize("what", LACKING)
def test_role_that_lacks_anything_exports_nothing(empty: Store, what: str) -> None:
    somebody = Actor(ActorKind.USER, "IT", 1, grants=(Grant("IT", LACKING[what]),), resource_id=1)
    file = io.BytesIO()
    with pytest.raises(NotAllowed):
        export_plain(Context(empty, somebody, NOW), file, HEAD)
    assert file.getvalue() == b""


def test_archive_has_calendars_and_a_set_up_to_read(store: Store) -> None:
    cast = filled(store)
    save_door(system(cast), cast.ids["Laser"], DoorDraft(release_after_minutes=10))
    packed = zipfile.ZipFile(io.BytesIO(archive_of(cast)))
    calendar = icalendar.Calendar.from_ical(packed.read(f"calendars/{cast.ids['Centre']}.ics"))
    assert len(calendar.walk("VEVENT")) == Booking.select().count()
    settings = yaml.safe_load(packed.read("settings.yaml"))
    assert [one["name"] for one in settings["location"]] == ["Centre"]
    (door,) = settings["door"]
    assert (door["resource"], door["release_after_minutes"], "shown_at" in door) == (cast.rows["Laser"], 10, False)
    assert settings["service"][0]["durations_minutes"] == [30, 60]


def test_lines_are_plain_json_with_the_columns_by_name(store: Store) -> None:
    cast = filled(store)
    lines = zipfile.ZipFile(io.BytesIO(archive_of(cast))).read("tables/client.jsonl").splitlines()
    assert [json.loads(line)["name"] for line in lines] == [row.name for row in Client.select().order_by(Client.id)]


def test_installation_that_is_in_use_takes_no_archive(store: Store) -> None:
    content = archive_of(filled(store))
    with pytest.raises(ArchiveError) as refused:
        bring(store, content)
    assert "not empty" in str(refused.value)


Edit = Callable[[dict[str, bytes]], None]


def edited(content: bytes, edit: Edit) -> bytes:
    """The archive with its files changed."""
    packed = zipfile.ZipFile(io.BytesIO(content))
    files = {name: packed.read(name) for name in packed.namelist()}
    edit(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as again:
        for name, part in files.items():
            again.writestr(name, part)
    return buffer.getvalue()


def replace_in(name: str, old: bytes, new: bytes) -> Edit:
    """Put another text into a file."""

    def edit(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return edit


def drop(name: str) -> Edit:
    """Take a file out."""

    def edit(files: dict[str, bytes]) -> None:
        del files[name]

    return edit


def cut_last_line(files: dict[str, bytes]) -> None:
    """Take the last client out."""
    files["tables/client.jsonl"] = b"".join(files["tables/client.jsonl"].splitlines(keepends=True)[:-1])


def honest_checksum(files: dict[str, bytes]) -> None:
    """Put a text where a number belongs, and make the checksum right."""
    lines = files["tables/weekly_hours.jsonl"].replace(b'"weekday":0', b'"weekday":"x"', 1)
    files["tables/weekly_hours.jsonl"] = lines
    facts = json.loads(files["manifest.json"])
    facts["tables"]["weekly_hours"]["blocks"] = [hashlib.sha256(lines).hexdigest()]
    files["manifest.json"] = json.dumps(facts).encode()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (replace_in("tables/client.jsonl", b"Nora", b"Dora"), "client.jsonl was changed somewhere in lines 1 to"),
        (
            replace_in("tables/client.jsonl", b'{"id"', b'{"it"'),
            "Line 1 of client.jsonl is not a record of this table.",
        ),
        (replace_in("tables/client.jsonl", b"{", b""), "Line 1 of client.jsonl is no JSON."),
        (cut_last_line, "client.jsonl"),
        (honest_checksum, "Line 1 of weekly_hours.jsonl has something else than it should in weekday."),
        (replace_in("settings.yaml", b"Centre", b"Center"), "settings.yaml was changed. Nothing was imported."),
        (drop("tables/seat.jsonl"), "Files were added to the archive or taken out of it: tables/seat.jsonl."),
        (lambda files: files.update(extra=b""), "Files were added to the archive or taken out of it: extra."),
        (drop("manifest.json"), "The archive's manifest.json is missing or was changed."),
        (replace_in("manifest.json", b'"version": 1', b'"version": 2'), "written by a newer version of Eigenplan"),
        (replace_in("manifest.json", b'"schema": ', b'"schema": 9'), "The archive has schema 9"),
        (replace_in("manifest.json", b'"rows"', b'"raws"'), "The archive's manifest.json is missing or was changed."),
    ],
)
def test_archive_that_was_edited_is_refused_with_the_place(store: Store, empty: Store, edit: Edit, said: str) -> None:
    content = edited(archive_of(filled(store)), edit)
    before = all_sums(empty)
    with pytest.raises(ArchiveError) as refused:
        bring(empty, content)
    assert said in str(refused.value)
    assert all_sums(empty) == before


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_other_files_are_told_to_be_none_of_ours(empty: Store, content: bytes) -> None:
    with pytest.raises(ArchiveError) as refused:
        bring(empty, content)
    assert str(refused.value) == "This is not an archive of Eigenplan, or it was changed or cut off."


def test_changed_line_of_a_long_table_is_found_in_its_block(store: Store, empty: Store) -> None:
    cast = filled(store)
    place = cast.rows["Centre"]
    rows = [{"location": place, "weekday": 1, "start_minute": 0, "end_minute": 1440}] * (3 * BLOCK)
    for first in range(0, len(rows), 500):
        store.write(WeeklyHours.insert_many(rows[first : first + 500]).execute)
    content = archive_of(cast)

    def edit(files: dict[str, bytes]) -> None:
        lines = files["tables/weekly_hours.jsonl"].splitlines(keepends=True)
        lines[1500] = lines[1500].replace(b"1440", b"1439")
        files["tables/weekly_hours.jsonl"] = b"".join(lines)

    with pytest.raises(ArchiveError) as refused:
        bring(empty, edited(content, edit))
    assert str(refused.value) == (
        "weekly_hours.jsonl was changed somewhere in lines 1001 to 2000. Nothing was imported."
    )


def test_present_time_of_the_cast_is_the_archives(store: Store) -> None:
    facts = json.loads(zipfile.ZipFile(io.BytesIO(archive_of(filled(store)))).read("manifest.json"))
    assert (facts["made_at"], NOW) == ("2030-01-04T00:00:00Z", 1893715200)


def test_archive_with_a_damaged_byte_is_refused_wherever_it_is(store: Store, empty: Store) -> None:
    content = archive_of(filled(store))
    begin = content.index(b"tables/client.jsonl") + 40
    for place in range(begin, begin + 40):
        damaged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(ArchiveError):
            bring(empty, damaged)
    assert Client.select().count() == 0


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archive_that_was_packed_by_another_program_is_refused(store: Store, empty: Store, method: int) -> None:
    packed, buffer = zipfile.ZipFile(io.BytesIO(archive_of(filled(store)))), io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as again:
        for name in packed.namelist():
            again.writestr(name, packed.read(name))
    with pytest.raises(ArchiveError) as refused:
        bring(empty, buffer.getvalue())
    assert str(refused.value) == "This is not an archive of Eigenplan, or it was changed or cut off."


def test_archive_that_another_program_has_encrypted_is_refused(store: Store, empty: Store) -> None:
    content = bytearray(archive_of(filled(store)))
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    with pytest.raises(ArchiveError) as refused:
        bring(empty, bytes(content))
    assert str(refused.value) == "This is not an archive of Eigenplan, or it was changed or cut off."
