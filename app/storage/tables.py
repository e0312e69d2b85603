"""The tables, as peewee models. Migrations make them (``migrations/``); these classes only read and write them.

Instants are BIGINT, seconds since the epoch, UTC. URLs show ``public_id``, never row numbers; ``version`` counts edits.
"""

from __future__ import annotations

from typing import Any

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from app.storage.base import Record, Table
from app.storage.clients import write_index
from app.storage.confidential import SealedField


class Revision(Table):
    """One counter per kind of thing that processes keep in memory; ``catalog`` changes with every set-up edit."""

    name = CharField(primary_key=True)
    value = BigIntegerField()


class Setting(Table):
    """Run-time settings, one JSON value a key."""

    key = CharField(primary_key=True)
    value = TextField()


class Location(Record):
    """A place with its own zone and hours."""

    name = CharField()
    address = TextField(default="")
    tzid = CharField()
    active = BooleanField(default=True)
    check_in = BooleanField(default=False)


class Resource(Record):
    """A person, room or device; ``location`` None means usable everywhere."""

    name = CharField()
    kind = CharField()
    tzid = CharField()
    location = ForeignKeyField(Location, null=True, backref="resources")
    active = BooleanField(default=True)


class User(Record):
    """Somebody who signs in; a provider's account names the resource that is them. ``language``: empty for none."""

    email = CharField(unique=True)
    name = CharField()
    password_hash = CharField()
    resource = ForeignKeyField(Resource, null=True)
    active = BooleanField(default=True)
    language = CharField(default="")


class Pool(Record):
    """Any one of these resources."""

    name = CharField()


class PoolMember(Table):
    """A resource in a pool."""

    pool = ForeignKeyField(Pool)
    resource = ForeignKeyField(Resource)

    class Meta:
        primary_key = CompositeKey("pool", "resource")


class WeeklyHours(Table):
    """Hours of a location (``resource`` None) or of a resource (``location`` None: at every location)."""

    id = AutoField()
    location = ForeignKeyField(Location, null=True)
    resource = ForeignKeyField(Resource, null=True)
    weekday = IntegerField()
    start_minute = IntegerField()
    end_minute = IntegerField()


class DateOverride(Table):
    """Hours of one date instead of the weekly ones; both minutes None: closed. Several rows: several ranges."""

    id = AutoField()
    location = ForeignKeyField(Location, null=True)
    resource = ForeignKeyField(Resource, null=True)
    day = CharField()
    start_minute = IntegerField(null=True)
    end_minute = IntegerField(null=True)


class Closure(Record):
    """A holiday or other closed dates of a location, or of all (``location`` None)."""

    location = ForeignKeyField(Location, null=True)
    first_day = CharField()
    last_day = CharField()
    name = CharField()


class TimeOff(Record):
    """An unavailability of one resource."""

    resource = ForeignKeyField(Resource)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    reason = TextField(default="")


class Service(Record):
    """What can be booked; ``durations_minutes`` and ``questions`` are JSON lists."""

    name = CharField()
    description = TextField(default="")
    durations_minutes = TextField()
    slot_interval_minutes = IntegerField(default=15)
    buffer_before_minutes = IntegerField(default=0)
    buffer_after_minutes = IntegerField(default=0)
    minimum_notice_minutes = IntegerField(default=0)
    booking_window_days = IntegerField(default=90)
    change_notice_minutes = IntegerField(default=0)
    limit_per_day = IntegerField(null=True)
    limit_per_week = IntegerField(null=True)
    limit_per_client = IntegerField(null=True)
    capacity = IntegerField(default=1)
    needs_approval = BooleanField(default=False)
    hold_minutes = IntegerField(default=10)
    request_expiry_minutes = IntegerField(default=2880)
    offer_minutes = IntegerField(default=120)
    visibility = CharField(default="public")
    questions = TextField(default="[]")
    anonymise_after_days = IntegerField(null=True)
    confirm_minutes = IntegerField(null=True)
    active = BooleanField(default=True)


class ServiceLocation(Table):
    """Where a service is offered."""

    service = ForeignKeyField(Service)
    location = ForeignKeyField(Location)

    class Meta:
        primary_key = CompositeKey("service", "location")


class ServiceRequirement(Table):
    """``count`` members of a pool, or one single resource."""

    id = AutoField()
    service = ForeignKeyField(Service)
    position = IntegerField()
    pool = ForeignKeyField(Pool, null=True)
    resource = ForeignKeyField(Resource, null=True)
    count = IntegerField(default=1)


class Client(Record):
    """Who comes: an outside person, or a ``user`` who booked for themselves. ``language``: in which they booked."""

    name = SealedField()
    email = SealedField()
    phone = SealedField(default="")
    notes = SealedField(default="")
    tzid = CharField(default="")
    language = CharField(default="")
    user = ForeignKeyField(User, null=True)

    def save(self, force_insert: bool = False, only: Any = None) -> Any:
        """Write the record, and what it is found by."""
        texts, changed = (self.name, self.email, self.phone), {field.name for field in self.dirty_fields}
        saved = super().save(force_insert=force_insert, only=only)
        if changed & {"name", "email", "phone"}:
            write_index(self.id, *texts)
        return saved


class Series(Record):
    """A recurring booking: its rule, and the local start that every occurrence keeps across clock changes."""

    service = ForeignKeyField(Service)
    location = ForeignKeyField(Location)
    client = ForeignKeyField(Client)
    rrule = TextField()
    exdates = TextField(default="[]")
    local_start = CharField()
    tzid = CharField()
    duration_minutes = IntegerField()


class GroupSession(Record):
    """One meeting of a group service: it owns the allocations, its seats belong to bookings."""

    service = ForeignKeyField(Service)
    location = ForeignKeyField(Location)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    capacity = IntegerField()
    active = BooleanField(default=True)


class Booking(Record):
    """An attendee has a service from start to end. Statuses: see ``app.booking.statuses``.

    ``link_number``: how often links to it were ended, as the client's email address became another one.
    ``responsible``: the account that looks after it, which gives no rights on it.
    """

    service = ForeignKeyField(Service)
    location = ForeignKeyField(Location)
    client = ForeignKeyField(Client, null=True)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    status = CharField()
    expires_at = BigIntegerField(null=True)
    seats = IntegerField(default=1)
    session = ForeignKeyField(GroupSession, null=True)
    series = ForeignKeyField(Series, null=True)
    occurrence_at = BigIntegerField(null=True)
    visit = CharField(null=True)
    created_by = ForeignKeyField(User, null=True)
    comment = SealedField(default="")
    answers = SealedField(default="{}")
    tzid = CharField(default="")
    sequence = IntegerField(default=0)
    checked_in_at = BigIntegerField(null=True)
    at_door = BooleanField(default=False)
    unconfirmed = BooleanField(default=False)
    link_number = IntegerField(default=0)
    responsible = ForeignKeyField(User, null=True)


class Attendee(Table):
    """Who comes; the first is the client who booked."""

    sealed_to = ("booking", "position")
    id = AutoField()
    booking = ForeignKeyField(Booking)
    position = IntegerField()
    client = ForeignKeyField(Client, null=True)
    name = SealedField()


class ChangeRequest(Record):
    """A wished new time of a confirmed booking that waits for approval while the old time stays."""

    booking = ForeignKeyField(Booking)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    resource_ids = TextField()
    status = CharField(default="requested")
    expires_at = BigIntegerField()
    created_by = ForeignKeyField(User, null=True)


class Allocation(Table):
    """One resource taken for one interval, buffers included. The database refuses two active rows that overlap.

    Owned by a booking or by a group session. ``change``: held for a change request, and only what the old allocation
    does not cover already. ``expires_at`` is the owner's, so that searches leave out what has expired by it alone.
    """

    id = AutoField()
    resource = ForeignKeyField(Resource)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    booking = ForeignKeyField(Booking, null=True)
    session = ForeignKeyField(GroupSession, null=True)
    change = ForeignKeyField(ChangeRequest, null=True)
    expires_at = BigIntegerField(null=True)
    active = BooleanField(default=True)


class Seat(Table):
    """One seat of a group session; rows go when the seat is given back. ``change``: held for a change request."""

    session = ForeignKeyField(GroupSession)
    number = IntegerField()
    booking = ForeignKeyField(Booking)
    change = ForeignKeyField(ChangeRequest, null=True)

    class Meta:
        primary_key = CompositeKey("session", "number")


class WaitingEntry(Record):
    """A client who waits for a freed slot; ``offered_booking`` is the hold made for them.

    ``link_number``: as a booking's.
    """

    service = ForeignKeyField(Service)
    location = ForeignKeyField(Location)
    resource = ForeignKeyField(Resource, null=True)
    client = ForeignKeyField(Client)
    duration_minutes = IntegerField()
    earliest = BigIntegerField()
    latest = BigIntegerField()
    status = CharField(default="waiting")
    offered_booking = ForeignKeyField(Booking, null=True)
    tzid = CharField(default="")
    link_number = IntegerField(default=0)


class BusyTime(Table):
    """Time taken by an outside calendar; may overlap itself and our bookings."""

    sealed_to = ("resource", "source", "uid", "start_at", "end_at")
    id = AutoField()
    resource = ForeignKeyField(Resource)
    start_at = BigIntegerField()
    end_at = BigIntegerField()
    source = CharField()
    uid = CharField(default="")
    title = SealedField(default="")


class OutboxMessage(Table):
    """What an operation leaves for the worker; ``public_id`` is the delivery id that tells a repeat."""

    id = AutoField()
    public_id = CharField(unique=True)
    kind = CharField()
    booking = ForeignKeyField(Booking, null=True)
    payload = SealedField()
    created_at = BigIntegerField()
    not_before = BigIntegerField()
    attempts = IntegerField(default=0)
    claimed_until = BigIntegerField(null=True)
    status = CharField(default="waiting")
    last_error = SealedField(default="")
    delivered_at = BigIntegerField(null=True)


class SchemaMigration(Table):
    """Which migrations this database has."""

    number = IntegerField(primary_key=True)
    name = CharField()
    applied_at = BigIntegerField()


TABLES: tuple[type[Table], ...] = (
    Revision,
    Setting,
    Location,
    Resource,
    User,
    Pool,
    PoolMember,
    WeeklyHours,
    DateOverride,
    Closure,
    TimeOff,
    Service,
    ServiceLocation,
    ServiceRequirement,
    Client,
    Series,
    GroupSession,
    Booking,
    Attendee,
    ChangeRequest,
    Allocation,
    Seat,
    WaitingEntry,
    BusyTime,
    OutboxMessage,
)
"""Each after those that it refers to; ``all_tables.py`` has all, also those with files of their own."""
