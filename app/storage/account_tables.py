"""The tables of signing in: sessions, second factors, passkeys, accounts elsewhere. Nothing in them lets anybody in.

Tokens and codes are stored as hashes, the authenticator's secret encrypted, of passkeys the public half.
"""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from app.storage.base import Table
from app.storage.confidential import SealedField
from app.storage.tables import User


class UserSession(Table):
    """One browser that is signed in. ``token_hash``: SHA-256 of what its cookie holds.

    ``proved_at``: when password or passkey were last shown. ``factors``: how many were; ``needed``: how many it takes.
    """

    id = AutoField()
    public_id = CharField(unique=True)
    token_hash = CharField(unique=True)
    user = ForeignKeyField(User)
    created_at = BigIntegerField()
    seen_at = BigIntegerField()
    proved_at = BigIntegerField()
    method = CharField()
    factors = IntegerField()
    needed = IntegerField()
    device = CharField()
    address = CharField()


class Authenticator(Table):
    """An app that shows codes by time; it counts once ``confirmed_at`` is set. ``last_step``: of the last code used."""

    sealed_to = ("user",)

    user = ForeignKeyField(User, primary_key=True)
    secret = SealedField()
    created_at = BigIntegerField()
    confirmed_at = BigIntegerField(null=True)
    last_step = BigIntegerField(default=0)


class RecoveryCode(Table):
    """A code that may be used once instead of a second factor; its row goes with it."""

    id = AutoField()
    user = ForeignKeyField(User)
    code_hash = CharField()


class Passkey(Table):
    """A WebAuthn credential; ``credential`` and ``public_key`` in base64url, ``sign_count`` as it was last told."""

    id = AutoField()
    public_id = CharField(unique=True)
    user = ForeignKeyField(User)
    name = CharField()
    credential = CharField(unique=True)
    public_key = TextField()
    sign_count = BigIntegerField()
    created_at = BigIntegerField()
    used_at = BigIntegerField(null=True)


class SpentChallenge(Table):
    """What a passkey has signed: it counts once, and is remembered for as long as it would count."""

    challenge_hash = CharField(primary_key=True)
    expires_at = BigIntegerField()


class ExternalIdentity(Table):
    """An account as a provider or directory knows it: ``subject`` there.

    ``subject`` None: whoever signs in there next with the account's email address gets it, as an administrator chose.
    """

    id = AutoField()
    user = ForeignKeyField(User)
    source = CharField()
    issuer = CharField()
    subject = CharField(null=True)
    created_at = BigIntegerField()
    seen_at = BigIntegerField(null=True)


class CalendarFeed(Table):
    """The private address of somebody's calendar, made of its public id and the secret key. ``with_clients``: names."""

    id = AutoField()
    public_id = CharField(unique=True)
    user = ForeignKeyField(User, unique=True)
    with_clients = BooleanField(default=False)
    created_at = BigIntegerField()
    fetched_at = BigIntegerField(null=True)


ACCOUNT_TABLES: tuple[type[Table], ...] = (
    UserSession,
    Authenticator,
    RecoveryCode,
    Passkey,
    SpentChallenge,
    ExternalIdentity,
    CalendarFeed,
)
