"""Users: who may sign in, and with which roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission, ReadyMade
from app.booking.answers import check_email, clean_line
from app.booking.refusals import InvalidInput
from app.booking.values import ResourceKind
from app.operations.accounts.account_clients import carry_address
from app.operations.accounts.mailed_links import follow_address, leave_invitation
from app.operations.accounts.new_passwords import check_new_password
from app.operations.accounts.sessions import end_sessions_of
from app.operations.accounts.sign_in import make_hash
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import (
    GrantDraft,
    Holder,
    active_administrators,
    administrators,
    check_administrator_left,
    check_may_change,
    replace_grants,
    stored_grants,
)
from app.operations.saving import MAX_NAME, Key, Saved, edit, find_row, look, put
from app.operations.telling import Told, facts_of
from app.storage.rights_tables import Role, RoleGrant
from app.storage.tables import Resource, User
from app.texts import _

NO_PASSWORD = ""
"""Stored where a hash belongs: nobody can sign in until a password is chosen (``password_links.py``)."""


@dataclass(frozen=True, slots=True)
class UserDraft:
    """What a form says about a user; ``resource``: the provider they are.

    ``password`` None keeps the old one; somebody new is invited by mail to choose one.
    """

    email: str
    name: str
    grants: tuple[GrantDraft, ...] = ()
    resource: str | None = None
    active: bool = True
    password: str | None = None


def save_user(context: Context, draft: UserDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a user and return their public id.

    Raises:
        InvalidInput: also when no administrator would remain.
        NotAllowed: also when a role would be given or taken that may do more than the actor, or the user may do so.
        NotFound, StaleVersion.
    """
    context.require(Permission.MANAGE_USERS, Target())
    values = _checked(draft)
    if draft.password:  # the slow hash is made before the transaction begins
        values["password_hash"] = make_hash(check_new_password(draft.password, values["name"], values["email"]))
    elif public_id is None:
        values["password_hash"] = NO_PASSWORD

    def work() -> str:
        _check_free(values["email"], public_id)
        in_charge = active_administrators()
        before = None if public_id is None else find_row(User, "user", public_id)
        if before is not None:
            check_may_change(context, before)
        values["resource"] = None if draft.resource is None else _person_id(draft.resource)
        row = put(context, User, "user", Key(public_id, version), values)
        replace_grants(context, Holder(user_id=row.id), draft.grants)
        _check_provider(row)
        check_administrator_left(context, in_charge)
        if draft.password or not draft.active:
            end_sessions_of(row.id)
        if draft.password:
            record(context, Action.PASSWORD_CHANGED, Subject(Kind.USER, row.public_id))
        _write_mails(context, row, before, values["email"])
        return str(row.public_id)

    return edit(context, work, Permission.MANAGE_USERS, Told(Kind.USER, _draft, public_id))


def invite_administrator(context: Context, email: str, name: str) -> User:
    """Make an administrator's account without a password and return its row; only within a transaction of ``edit``.

    Raises:
        InvalidInput: the email address or the name cannot be used.
    """
    values = _checked(UserDraft(email, name))
    row = put(context, User, "user", Key(), values | {"password_hash": NO_PASSWORD})
    replace_grants(context, Holder(user_id=row.id), (GrantDraft(ReadyMade.ADMINISTRATOR),))
    made = Change(after=facts_of(Kind.USER, _draft(row.public_id)))
    record(context, Action.MADE, Subject(Kind.USER, row.public_id), made)
    return row


def sign_out_everywhere(context: Context, public_id: str) -> tuple[str, int]:
    """End all sessions of somebody whose device was lost; return their name, and how many sessions there were.

    Raises:
        NotFound.
        NotAllowed: also when the user may do more than the actor.
    """

    def work() -> tuple[str, int]:
        user = find_row(User, "user", public_id)
        check_may_change(context, user)
        count = end_sessions_of(user.id)
        record(context, Action.SESSIONS_ENDED, Subject(Kind.USER, public_id), Change(after={"sessions": count}))
        return str(user.name), count

    return edit(context, work, Permission.MANAGE_USERS)


def list_administrators(context: Context) -> list[str]:
    """Return the email addresses of all administrators who may sign in, or could once they have a password."""
    query = User.select(User.email).where(User.id.in_(administrators()), User.active).order_by(User.email)
    return look(context, lambda: [str(row.email) for row in query], Permission.MANAGE_USERS)


def _write_mails(context: Context, row: User, before: User | None, email: str) -> None:
    if before is None:
        if not row.password_hash:
            leave_invitation(context, row)
        return
    user = User.get_by_id(row.id)
    if before.email != email:
        follow_address(context, user, before.email)
    carry_address(context, user)


def _checked(draft: UserDraft) -> dict[str, Any]:
    """Check what needs no database."""
    return {
        "email": check_email(draft.email, "email").lower(),
        "name": clean_line(draft.name, "name", MAX_NAME, required=True),
        "active": draft.active,
    }


def _person_id(public_id: str) -> int:
    row = find_row(Resource, "resource", public_id)
    if row.kind != ResourceKind.PERSON:
        raise InvalidInput("resource", _("{name} is not a person; please choose who this user is.", name=row.name))
    return int(row.id)


def _check_free(email: str, public_id: str | None) -> None:
    same = User.get_or_none(User.email == email)
    if same is not None and same.public_id != public_id:
        raise InvalidInput("email", _("Somebody signs in with this email address already; please use another one."))


def _check_provider(row: User) -> None:
    """Rights on one's own bookings are worth nothing to an account that gives none, most of all a provider's."""
    held = RoleGrant.select().join(Role).where(RoleGrant.user == row.id, Role.public_id == ReadyMade.PROVIDER)
    if row.resource_id is None and held.exists():
        raise InvalidInput("resource", _("A provider's account belongs to a person; please choose which one."))


def get_user(context: Context, public_id: str) -> Saved[UserDraft]:
    """Return one user, or raise NotFound; passwords are never given back."""

    def work() -> Saved[UserDraft]:
        row = find_row(User, "user", public_id)
        return _saved(row, stored_grants([row.id])[row.id])

    return look(context, work, Permission.MANAGE_USERS)


def list_users(context: Context) -> list[Saved[UserDraft]]:
    """Return all users by name, active ones first."""
    query = User.select(User, Resource).join(Resource, JOIN.LEFT_OUTER)
    rows = query.order_by(User.active.desc(), User.name)

    def work() -> list[Saved[UserDraft]]:
        grants = stored_grants()
        return [_saved(row, grants[row.id]) for row in rows]

    return look(context, work, Permission.MANAGE_USERS)


def _saved(row: User, grants: list[GrantDraft]) -> Saved[UserDraft]:
    resource = None if row.resource is None else row.resource.public_id
    return Saved(row.public_id, row.version, UserDraft(row.email, row.name, tuple(grants), resource, row.active))


def _draft(public_id: str) -> UserDraft:
    row = find_row(User, "user", public_id)
    return _saved(row, stored_grants([row.id])[row.id]).draft
