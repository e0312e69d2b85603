"""In which language a letter is written: its receiver's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from peewee import JOIN, ModelSelect

from app.operations.letters.account_letters import KINDS as ACCOUNT_KINDS
from app.operations.letters.address_letters import ADDRESS_CHANGED
from app.operations.letters.approval_letters import KINDS as APPROVER_KINDS
from app.operations.letters.mail_trials import TRIAL
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.workflow import RULE_ADDRESS, RULE_STAFF
from app.storage.tables import Booking, Client, User, WaitingEntry

TO_ACCOUNTS: Collection[str] = frozenset({*ACCOUNT_KINDS, *APPROVER_KINDS, TRIAL, RULE_STAFF, ASSIGNED})


def receivers_language(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the code of what the receiver of a message reads; empty where nobody has said so. One query.

    An account's own choice counts before that of the client who it also is.
    """
    if kind == RULE_ADDRESS:
        return ""
    if kind in TO_ACCOUNTS:
        query = User.select(User.language).where(User.public_id == payload["user"])
    else:
        query = _of_client(kind, payload)
    row = query.tuples().first()
    return "" if row is None else next(filter(None, row), "")


def _of_client(kind: str, payload: Mapping[str, Any]) -> ModelSelect:
    query = Client.select(User.language, Client.language).join(User, JOIN.LEFT_OUTER).switch(Client)
    if kind == ADDRESS_CHANGED:
        return query.where(Client.public_id == payload["client"])
    if kind == "waiting_joined":
        return query.join(WaitingEntry).where(WaitingEntry.public_id == payload["waiting"])
    return query.join(Booking).where(Booking.public_id == payload["booking"])
