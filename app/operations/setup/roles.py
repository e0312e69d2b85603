"""Roles: named sets of permissions, shaped by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from peewee import fn

from app.access.actors import Actor
from app.access.grants import Grant
from app.access.permissions import (
    READY_MADE,
    WITHOUT_OWN,
    Extent,
    Extents,
    Permission,
    ReadyMade,
    completed,
    say_role,
)
from app.booking.answers import clean_text
from app.booking.refusals import InvalidInput, NotAllowed
from app.operations.accounts.session_limits import (
    LEAST_IDLE_MINUTES,
    LEAST_SESSION_HOURS,
    MOST_IDLE_MINUTES,
    MOST_SESSION_HOURS,
)
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import check_may_change, holders_of, lacking
from app.operations.rights import dump_extents, extents_of
from app.operations.saving import Key, Saved, check_name, check_number, edit, find_row, look, put
from app.operations.setup.workflow_assigning import uses_role
from app.operations.telling import Told
from app.storage.rights_tables import Role, RoleGrant
from app.storage.tables import User
from app.texts import _, mark, plural

MAX_ABOUT = 300
_FIXED = mark("The administrator's role cannot be removed, so that somebody always may do everything.")


@dataclass(frozen=True, slots=True)
class RoleDraft:
    """What a form says about a role: ``extents`` has the permissions that it holds, and how far.

    ``needs_second_factor``: who has it may do nothing before two factors were shown. ``idle_minutes`` and
    ``session_hours``: how long their sessions last; None: as long as everybody's.
    """

    name: str
    about: str = ""
    extents: Extents = field(default_factory=dict)
    needs_second_factor: bool = False
    idle_minutes: int | None = None
    session_hours: int | None = None


def save_role(context: Context, draft: RoleDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a role and return its public id; who has it may do at their next request what it holds then.

    What a permission is of no use without is added. Of the administrator's role only what it asks of signing in can be
    changed: the second factor, and how long sessions last.

    Raises:
        InvalidInput: no name, a name that is taken, sessions that are too short or too long.
        NotAllowed: it would hold, or held, more than the actor has; or it, or somebody who has it, may do more and is
            to be asked something else at signing in. NotFound, StaleVersion.
    """

    def work() -> str:
        asked = _sign_in(draft)
        _check_may_ask(context, public_id, asked)
        values = {**asked, **_shape(context, draft, public_id)}
        return str(put(context, Role, "role", Key(public_id, version), values).public_id)

    return edit(context, work, Permission.MANAGE_USERS, Told(Kind.ROLE, _draft, public_id))


def _sign_in(draft: RoleDraft) -> dict[str, int | None]:
    """Return what a role asks of signing in, checked."""
    idle, hours = draft.idle_minutes, draft.session_hours
    if idle is not None:
        check_number(idle, "idle_minutes", LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES)
    if hours is not None:
        check_number(hours, "session_hours", LEAST_SESSION_HOURS, MOST_SESSION_HOURS)
    return {"needs_second_factor": draft.needs_second_factor, "idle_minutes": idle, "session_hours": hours}


def _check_may_ask(context: Context, public_id: str | None, asked: Mapping[str, int | None]) -> None:
    """Nobody makes it easier to sign in as somebody who may do more than they may, by this role or by others."""
    if public_id is None:
        return
    row = find_row(Role, "role", public_id)
    is_changed = any(getattr(row, name) != value for name, value in asked.items())
    if not is_changed:
        return
    for user in User.select().where(User.id.in_(holders_of(row.id))).order_by(User.name):
        check_may_change(context, user)
    if lacking(context, extents_of(row.public_id, row.permissions)):
        raise NotAllowed(
            permission=Permission.MANAGE_USERS.value,
            reason=_("This role may do more than you, so only who may do as much can change what it asks at sign-in."),
        )


def _shape(context: Context, draft: RoleDraft, public_id: str | None) -> dict[str, str]:
    """Return what a role is called and may do, checked; nothing for the administrator's, which stays as it is."""
    if public_id == ReadyMade.ADMINISTRATOR:
        _check_not_above(context, None, READY_MADE[ReadyMade.ADMINISTRATOR].extents)
        return {}
    extents = completed(_checked(draft.extents))
    _check_not_above(context, public_id, extents)
    return {
        "name": check_name(Role, draft.name, public_id),
        "about": clean_text(draft.about, "about", MAX_ABOUT),
        "permissions": dump_extents(extents),
    }


def _checked(extents: Extents) -> dict[Permission, Extent]:
    """Return the permissions with an extent that means something: those without an own part are for all."""
    return {one: Extent.ALL if one in WITHOUT_OWN else extent for one, extent in extents.items()}


def _check_not_above(context: Context, public_id: str | None, extents: Extents) -> None:
    """Nobody shapes a role that they have into one that may do more than they may."""
    before: Extents = {}
    if public_id is not None:
        row = find_row(Role, "role", public_id)
        before = extents_of(row.public_id, row.permissions)
    changed = [one for one in Permission if before.get(one) != extents.get(one)]
    missing = lacking(context, changed)
    if missing:
        raise NotAllowed(
            permission=Permission.MANAGE_USERS.value,
            reason=_("You can give a role only what you have everywhere yourself, and take only that from it."),
        )


def remove_role(context: Context, public_id: str) -> None:
    """Delete a role that nobody has.

    Raises:
        InvalidInput: somebody has it, a rule names it, or it is the administrator's. NotAllowed, NotFound.
    """
    if public_id == ReadyMade.ADMINISTRATOR:
        raise InvalidInput("role", _(_FIXED))

    def work() -> None:
        row = find_row(Role, "role", public_id)
        _check_not_above(context, public_id, {})
        count = RoleGrant.select().where(RoleGrant.role == row.id).count()
        if count:
            problem = plural(
                "The role {role} is given once; please give these people and groups another role first.",
                "The role {role} is given {number} times; please give these people and groups another role first.",
                count,
                role=say_role(row.name),
            )
            raise InvalidInput("role", problem)
        if uses_role(public_id):
            raise InvalidInput("role", _("A rule names this role; please change that rule first."))
        row.delete_instance()

    edit(context, work, Permission.MANAGE_USERS, Told(Kind.ROLE, _draft, public_id))


def get_role(context: Context, public_id: str) -> Saved[RoleDraft]:
    """Return one role, or raise NotFound."""
    return look(context, lambda: _saved(find_row(Role, "role", public_id)), Permission.MANAGE_USERS)


def list_roles(context: Context) -> list[Saved[RoleDraft]]:
    """Return all roles: the ready-made ones first, those of one's own by name."""
    rank = {key.value: number for number, key in enumerate(READY_MADE)}
    rows = look(context, lambda: list(Role.select()), Permission.MANAGE_USERS)
    rows.sort(key=lambda row: (rank.get(row.public_id, len(rank)), row.name.casefold()))
    return [_saved(row) for row in rows]


def see_as(context: Context, public_id: str) -> Actor:
    """Return the actor as somebody who has this role alone, for everything, to look at the site and change nothing.

    Raises:
        NotAllowed: the role may do more than the actor. NotFound.
    """

    def work() -> Actor:
        row = find_row(Role, "role", public_id)
        extents = extents_of(row.public_id, row.permissions)
        if lacking(context, extents):
            raise NotAllowed(
                permission=Permission.MANAGE_USERS.value,
                reason=_(
                    "The role {role} may see more than you, so you cannot look at the site as it does.",
                    role=say_role(row.name),
                ),
            )
        return replace(context.actor, grants=(Grant(row.name, extents),), seen_as=row.name)

    return look(context, work, Permission.MANAGE_USERS)


def begin_seeing_as(context: Context, public_id: str) -> None:
    """Write down that the actor begins to look at the site as a role does.

    Raises:
        NotAllowed, NotFound: as for ``see_as``.
    """
    role = Change(after={"role": see_as(context, public_id).seen_as})
    context.store.write(lambda: record(context, Action.SEEN_AS, Subject(Kind.ROLE, public_id), role))


def count_grants(context: Context) -> Mapping[str, int]:
    """Return how often each role is given, by its public id."""
    query = RoleGrant.select(Role.public_id, fn.COUNT(RoleGrant.id)).join(Role).group_by(Role.public_id)
    return look(context, lambda: dict(query.tuples()), Permission.MANAGE_USERS)


def _saved(row: Role) -> Saved[RoleDraft]:
    extents = extents_of(row.public_id, row.permissions)
    limits = (row.idle_minutes, row.session_hours)
    return Saved(row.public_id, row.version, RoleDraft(row.name, row.about, extents, row.needs_second_factor, *limits))


def _draft(public_id: str) -> RoleDraft:
    return _saved(find_row(Role, "role", public_id)).draft
