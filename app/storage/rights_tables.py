"""The tables of rights: roles, groups, and who was given what."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, CharField, CompositeKey, ForeignKeyField, TextField

from app.storage.base import Record, Table
from app.storage.tables import Location, Pool, Resource, Service, User


class Role(Record):
    """A named set of permissions: ``permissions`` is JSON, from permission to ``own`` or ``all``.

    ``idle_minutes``, ``session_hours``: how long sessions of whoever has it last; None: as long as everybody's.
    """

    name = CharField()
    about = TextField(default="")
    permissions = TextField()
    needs_second_factor = BooleanField(default=False)
    idle_minutes = BigIntegerField(null=True)
    session_hours = BigIntegerField(null=True)


class UserGroup(Record):
    """Users who are given roles together."""

    name = CharField()


class UserGroupMember(Table):
    """A user in a group."""

    group = ForeignKeyField(UserGroup)
    user = ForeignKeyField(User)

    class Meta:
        primary_key = CompositeKey("group", "user")


class OutsideGroup(Table):
    """What a group is called at a provider or in a directory: who is in it there is in it here."""

    group = ForeignKeyField(UserGroup)
    source = CharField()
    name = CharField()

    class Meta:
        primary_key = CompositeKey("group", "source", "name")


class RoleGrant(Table):
    """A role of a user or of a group, for everything or for the one location, service, pool or resource it names."""

    id = AutoField()
    role = ForeignKeyField(Role)
    user = ForeignKeyField(User, null=True)
    group = ForeignKeyField(UserGroup, null=True)
    scope = CharField(default="everything")
    location = ForeignKeyField(Location, null=True)
    service = ForeignKeyField(Service, null=True)
    pool = ForeignKeyField(Pool, null=True)
    resource = ForeignKeyField(Resource, null=True)


RIGHTS_TABLES: tuple[type[Table], ...] = (Role, UserGroup, UserGroupMember, OutsideGroup, RoleGrant)
"""Each after those that it refers to."""
