"""Everything out: one archive with all records, the set-up to read, and the bookings for calendars."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, BinaryIO

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.statuses import Status
from app.crypto.passphrase import SHORTEST, SealedFileError, SealedWriter
from app.integrations.ics.write import BookingEvent, Person, calendar_lines
from app.operations.archive.export_settings import settings_text
from app.operations.audit.recording import Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.storage.dump import DUMPED, Sums, dump_table, table_name
from app.storage.migrate import schema_number
from app.storage.tables import Booking, Client
from app.texts import _

FORMAT, VERSION = "eigenplan-archive", 1
MANIFEST, SETTINGS = "manifest.json", "settings.yaml"
MOST_IN_BROWSER = 50_000
"""Bookings that one request has the time for; more are exported by the command."""

_EARLIEST = (1980, 1, 1, 0, 0, 0)
Facts = dict[str, Any]


def require_export(context: Context) -> None:
    """Go on only with every right for the whole installation: an archive holds all that there is.

    That is more than any page shows: hashes of passwords, secrets of second factors, the audit log.

    Raises:
        NotAllowed.
    """
    for permission in Permission:
        context.require(permission, Target())


def count_bookings(context: Context) -> int:
    """Return how many bookings an archive would hold."""
    require_export(context)
    return context.store.read(lambda: int(Booking.select().count()))


def export_sealed(context: Context, file: BinaryIO, passphrase: str, head: Letterhead | None) -> Facts:
    """Write the archive so that only the passphrase opens it; return its manifest. ``head`` as for ``export_plain``.

    Raises:
        InvalidInput: the passphrase is too short. NotAllowed.
    """
    require_export(context)
    try:
        sealed = io.BufferedWriter(SealedWriter(file, passphrase))
    except SealedFileError as error:
        problem = _("Please choose a passphrase of at least {number} characters.", number=SHORTEST)
        raise InvalidInput("passphrase", problem) from error
    facts = export_plain(context, sealed, head)
    sealed.close()
    return facts


def export_plain(context: Context, file: BinaryIO, head: Letterhead | None) -> Facts:
    """Write the archive as it is, a ZIP file; return its manifest. The database is read as it is at one moment.

    ``head`` is what calendars say of the site; None leaves them out: they take most of the time, a millisecond each
    booking, and nothing is in them that the records lack. That somebody exports is written down before, so the archive
    tells of it, too.

    Raises:
        NotAllowed. Unavailable: the database cannot be used now.
    """
    require_export(context)
    context.store.write(lambda: record(context, Action.EXPORTED, Subject(Kind.INSTALLATION)))
    return context.store.snapshot(lambda: _write(context, file, head))


def _write(context: Context, file: BinaryIO, head: Letterhead | None) -> Facts:
    tables: dict[str, Facts] = {}
    files: dict[str, str] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for model in DUMPED:
            sums = Sums()
            _add(packed, f"tables/{table_name(model)}.jsonl", dump_table(context.store, model, sums))
            tables[table_name(model)] = asdict(sums)
        files[SETTINGS] = _add(packed, SETTINGS, [settings_text().encode()])
        if head is not None:
            for location in context.catalog.locations.values():
                name = f"calendars/{location.public_id}.ics"
                files[name] = _add(packed, name, calendar_lines(_events(context, location.id, head), "PUBLISH"))
        facts = _manifest(context, tables, files)
        _add(packed, MANIFEST, [json.dumps(facts, indent=1).encode()])
    return facts


def _manifest(context: Context, tables: Mapping[str, Facts], files: Mapping[str, str]) -> Facts:
    return {
        "format": FORMAT,
        "version": VERSION,
        "schema": schema_number(context.store),
        "made_at": datetime.fromtimestamp(context.now, UTC).isoformat().replace("+00:00", "Z"),
        "tables": tables,
        "files": files,
    }


def _add(packed: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> str:
    """Write a file of the archive and return its SHA-256; no date but a fixed one, so that equal is equal."""
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    digest = hashlib.sha256()
    with packed.open(info, "w", force_zip64=True) as member:
        for part in parts:
            digest.update(part)
            member.write(part)
    return digest.hexdigest()


def _events(context: Context, location_id: int, head: Letterhead) -> Iterator[BookingEvent]:
    """Yield the bookings of a place, those that only ever were held left out."""
    catalog = context.catalog
    place = catalog.locations[location_id].name_and_address
    query = Booking.select(Booking, Client).join(Client).where(Booking.location == location_id)
    for row in query.order_by(Booking.id).iterator():
        yield BookingEvent(
            uid=head.uid(row.public_id),
            sequence=row.sequence,
            status=Status(row.status),
            start=row.start_at,
            end=row.end_at,
            stamped_at=row.changed_at,
            summary=catalog.services[row.service_id].name,
            location=place,
            organizer=head.organizer,
            attendee=Person(row.client.name, row.client.email),
        )
