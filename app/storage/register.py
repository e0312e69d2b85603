"""Which table keeps which personal data, about whom, what for and how long: the register of the compliance officer.

Every text column of every table is named here, as personal data of some kind or as none; a test compares with the
models, so that a new column cannot be forgotten (GDPR, article 30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from peewee import CharField, TextField

from app.storage.all_tables import ALL_TABLES
from app.storage.base import Table
from app.texts import mark


class Data(StrEnum):
    """A kind of personal data; the value is what the register calls it."""

    CLIENT_NAME = mark("clients' names")
    CLIENT_CONTACT = mark("clients' contacts")
    CLIENT_CONFIDENTIAL = mark("clients' confidential details")
    OUTSIDE = mark("titles from outside calendars")
    STAFF = mark("staff: names and contacts")
    SIGN_IN = mark("staff: sign-in secrets, hashed or encrypted")
    DEVICE = mark("staff: devices and network addresses")
    ABSENCE = mark("staff: reasons for absence")
    INDEX = mark("clients' names and contacts, as keyed hashes")
    COUNTED = mark("network addresses and accounts, as keyed hashes")
    ADDRESS = mark("network addresses of clients and staff")


@dataclass(frozen=True, slots=True)
class Entry:
    """One table. ``personal``: columns with personal data; ``other``: text columns without; ``kept``: how long."""

    purpose: str
    kept: str
    personal: Mapping[str, Data] = field(default_factory=dict)
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the register: a table's columns of one kind of data."""

    table: str
    data: Data
    columns: tuple[str, ...]
    purpose: str
    kept: str


FOR_EVER = mark("as long as the installation exists")
WITH_RECORD = mark("until an administrator changes it")
WITH_BOOKING = mark("until the service's time limit is over, or the client is erased")
WITH_CLIENT = mark("until their last booking is anonymised, or they are erased")
WITH_ACCOUNT = mark("as long as the account exists")
RECORD = ("public_id",)

REGISTER: Mapping[str, Entry] = {
    "revision": Entry(mark("Tells processes of changes"), FOR_EVER, other=("name",)),
    "setting": Entry(mark("Settings of the installation"), FOR_EVER, other=("key", "value")),
    "location": Entry(mark("Locations"), FOR_EVER, other=(*RECORD, "name", "address", "tzid")),
    "resource": Entry(
        mark("People, rooms and devices that are booked"), FOR_EVER, {"name": Data.STAFF}, (*RECORD, "kind", "tzid")
    ),
    "user": Entry(
        mark("Accounts"),
        mark("until an administrator changes it; accounts are switched off, not removed"),
        {"email": Data.STAFF, "name": Data.STAFF, "password_hash": Data.SIGN_IN},
        (*RECORD, "language"),
    ),
    "pool": Entry(mark("Sets of resources"), FOR_EVER, other=(*RECORD, "name")),
    "pool_member": Entry(mark("Sets of resources"), FOR_EVER),
    "weekly_hours": Entry(mark("Hours"), WITH_RECORD),
    "date_override": Entry(mark("Hours of single dates"), WITH_RECORD, other=("day",)),
    "closure": Entry(mark("Closed dates"), WITH_RECORD, other=(*RECORD, "first_day", "last_day", "name")),
    "time_off": Entry(mark("Absences of people, rooms and devices"), WITH_RECORD, {"reason": Data.ABSENCE}, RECORD),
    "service": Entry(
        mark("What can be booked"),
        FOR_EVER,
        other=(*RECORD, "name", "description", "durations_minutes", "visibility", "questions"),
    ),
    "service_location": Entry(mark("Where services are given"), FOR_EVER),
    "service_requirement": Entry(mark("What services take"), FOR_EVER),
    "client": Entry(
        mark("Clients, to write to them and to call them"),
        WITH_CLIENT,
        {
            "name": Data.CLIENT_NAME,
            "email": Data.CLIENT_CONTACT,
            "phone": Data.CLIENT_CONTACT,
            "notes": Data.CLIENT_CONFIDENTIAL,
        },
        (*RECORD, "tzid", "language"),
    ),
    "series": Entry(
        mark("Recurring bookings"), WITH_BOOKING, other=(*RECORD, "rrule", "exdates", "local_start", "tzid")
    ),
    "group_session": Entry(mark("Meetings of several bookings"), FOR_EVER, other=RECORD),
    "booking": Entry(
        mark("Bookings: who comes when and for what, and who is responsible"),
        WITH_BOOKING,
        {"comment": Data.CLIENT_CONFIDENTIAL, "answers": Data.CLIENT_CONFIDENTIAL},
        (*RECORD, "status", "visit", "tzid"),
    ),
    "attendee": Entry(mark("Other attendees of a booking"), WITH_BOOKING, {"name": Data.CLIENT_NAME}),
    "change_request": Entry(mark("Wished new times"), FOR_EVER, other=(*RECORD, "resource_ids", "status")),
    "allocation": Entry(mark("What bookings take"), FOR_EVER),
    "seat": Entry(mark("Seats of group sessions"), FOR_EVER),
    "waiting_entry": Entry(mark("Who waits for a time"), WITH_BOOKING, other=(*RECORD, "status", "tzid")),
    "busy_time": Entry(
        mark("Times taken by outside calendars"),
        mark("until the calendar is imported again"),
        {"title": Data.OUTSIDE},
        ("source", "uid"),
    ),
    "outbox_message": Entry(
        mark("Mails that wait or were sent; their letters are not kept"),
        WITH_BOOKING,
        {"payload": Data.CLIENT_CONFIDENTIAL, "last_error": Data.CLIENT_CONTACT},
        (*RECORD, "kind", "status"),
    ),
    "idempotency_key": Entry(
        mark("Keeps repeated requests from booking twice"),
        mark("a week"),
        other=("scope", "key", "fingerprint", "answer"),
    ),
    "throttle": Entry(mark("Limits on attempts, as at signing in"), mark("30 days at most"), {"who": Data.COUNTED}),
    "role": Entry(mark("What somebody may do"), FOR_EVER, other=(*RECORD, "name", "about", "permissions")),
    "user_group": Entry(mark("Users with the same roles"), FOR_EVER, other=(*RECORD, "name")),
    "user_group_member": Entry(mark("Users with the same roles"), WITH_ACCOUNT),
    "outside_group": Entry(mark("What groups are called elsewhere"), FOR_EVER, other=("source", "name")),
    "role_grant": Entry(mark("Who has which role, and where"), WITH_ACCOUNT, other=("scope",)),
    "user_session": Entry(
        mark("Browsers that are signed in"),
        mark("30 days after it has ended"),
        {"token_hash": Data.SIGN_IN, "device": Data.DEVICE, "address": Data.DEVICE},
        (*RECORD, "method"),
    ),
    "authenticator": Entry(mark("Second factor: codes of an app"), WITH_ACCOUNT, {"secret": Data.SIGN_IN}),
    "recovery_code": Entry(
        mark("Recovery codes, for a lost second factor"), mark("until used or made anew"), {"code_hash": Data.SIGN_IN}
    ),
    "passkey": Entry(
        mark("Passkeys, to sign in with a device"),
        WITH_ACCOUNT,
        {"name": Data.DEVICE, "credential": Data.SIGN_IN, "public_key": Data.SIGN_IN},
        RECORD,
    ),
    "spent_challenge": Entry(mark("An answer at signing in counts once"), mark("an hour"), other=("challenge_hash",)),
    "external_identity": Entry(
        mark("Accounts at an outside sign-in"),
        WITH_ACCOUNT,
        {"subject": Data.STAFF},
        ("source", "issuer"),
    ),
    "calendar_feed": Entry(mark("Private addresses of calendars"), WITH_ACCOUNT, {"public_id": Data.SIGN_IN}),
    "workflow_rule": Entry(
        mark("Rules: what happens by itself with bookings"),
        WITH_RECORD,
        {"receivers": Data.STAFF, "assigns": Data.STAFF},
        (*RECORD, "name", "trigger_kind", "conditions", "labels", "subject", "text"),
    ),
    "workflow_run": Entry(
        mark("On which bookings rules have acted, so that each does so once"), mark("90 days"), other=("occasion",)
    ),
    "approval_rule": Entry(mark("What has to be approved"), FOR_EVER, other=RECORD),
    "approval_step": Entry(mark("Steps of approvals"), FOR_EVER, other=("on_timeout",)),
    "approval_person": Entry(mark("Who approves"), WITH_RECORD, other=("purpose",)),
    "approval": Entry(mark("Who approved or declined which booking"), FOR_EVER, other=("status",)),
    "deputy": Entry(
        mark("Who decides in whose place, and when"),
        mark("until an administrator or they themselves end it"),
        other=RECORD,
    ),
    "extra_resource": Entry(mark("What bookings take together"), FOR_EVER),
    "door": Entry(mark("Pages beside rooms and devices"), WITH_RECORD, other=RECORD),
    "label": Entry(mark("Labels that bookings may have"), WITH_RECORD, other=(*RECORD, "name")),
    "booking_label": Entry(mark("Which bookings have which labels"), WITH_CLIENT),
    "encryption_key": Entry(
        mark("Keys, encrypted by the master key"), FOR_EVER, other=("purpose", "state", "wrapped", "master")
    ),
    "client_index": Entry(
        mark("Finding clients whose details are encrypted"), WITH_CLIENT, {"tag": Data.INDEX}, ("kind",)
    ),
    "audit_entry": Entry(
        mark("Who did what; clients' details are masked"),
        FOR_EVER,
        {"address": Data.ADDRESS, "before": Data.STAFF, "after": Data.STAFF, "reason": Data.STAFF},
        ("actor", "action", "kind", "object"),
    ),
    "audit_batch": Entry(mark("Seals of the audit log"), FOR_EVER, other=("previous", "digest")),
    "undoable_change": Entry(
        mark("Moves and cancellations that may be undone, with what bookings took before"),
        mark("a few seconds"),
        other=("public_id", "kind", "state", "freed", "messages"),
    ),
}


def text_columns(model: type[Table]) -> set[str]:
    """Return the names of a table's columns that hold text, references to other tables left out."""
    return {one.column_name for one in model._meta.sorted_fields if isinstance(one, CharField | TextField)}


def lines() -> Iterator[Line]:
    """Yield the register, in the order of the tables; tables without personal data have no line."""
    for model in ALL_TABLES:
        table = str(model._meta.table_name)
        entry = REGISTER[table]
        for data in dict.fromkeys(entry.personal.values()):
            columns = tuple(name for name, one in entry.personal.items() if one is data)
            yield Line(table, data, columns, entry.purpose, entry.kept)
