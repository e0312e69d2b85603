"""Whom a workflow rule makes responsible: an account, or the least busy one of a group or of those who have a role."""

from __future__ import annotations

from collections.abc import Mapping

from app.access.grants import Target
from app.access.permissions import Permission, say_role
from app.booking.refusals import InvalidInput
from app.booking.workflow_values import Assigning
from app.operations.context import Context
from app.operations.saving import find_row, look
from app.storage.catalog_workflow import read_assigning, read_receivers
from app.storage.rights_tables import Role, UserGroup
from app.storage.tables import User
from app.storage.workflow_tables import WorkflowRule
from app.texts import _

USER, GROUP, ROLE = "user", "group", "role"
_TABLES = {USER: User, GROUP: UserGroup, ROLE: Role}


def assigning_of(reference: str) -> Assigning:
    """Return what a reference such as ``user:…``, ``group:…`` or ``role:…`` stands for; nobody where it is empty.

    Raises:
        InvalidInput: it is none.
    """
    if not reference:
        return Assigning()
    kind, _colon, public_id = reference.partition(":")
    if kind not in _TABLES or not public_id:
        raise InvalidInput("assigns", _("Please choose from the list."))
    return Assigning(**{kind: public_id})


def reference_of(assigns: Assigning) -> str:
    """Return the reference of whom a rule makes responsible; empty: of nobody."""
    held = {USER: assigns.user, GROUP: assigns.group, ROLE: assigns.role}
    return next((f"{kind}:{public_id}" for kind, public_id in held.items() if public_id), "")


def check_assigning(assigns: Assigning, *, in_use: bool) -> None:
    """Refuse whom a rule cannot make responsible; inside a read. ``in_use``: the rule is; else it may wait for them.

    Raises:
        InvalidInput: an account that is switched off. NotFound: whom it names is gone.
    """
    kind, _colon, public_id = reference_of(assigns).partition(":")
    if not kind:
        return
    row = find_row(_TABLES[kind], kind, public_id)
    if in_use and kind == USER and not row.active:
        problem = _("{name} cannot sign in any more; please choose somebody else.", name=row.name)
        raise InvalidInput("assigns", problem)


def list_assignable(context: Context) -> Mapping[str, Mapping[str, str]]:
    """Return the names of all whom a rule can name by public id, for each kind; for whoever may edit rules.

    Raises:
        NotAllowed.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())

    def work() -> dict[str, dict[str, str]]:
        users = User.select(User.public_id, User.name, User.active).order_by(User.active.desc(), User.name, User.id)
        groups = UserGroup.select(UserGroup.public_id, UserGroup.name).order_by(UserGroup.name)
        roles = Role.select(Role.public_id, Role.name).order_by(Role.name)
        return {
            USER: {key: name if on else _("{name} (off)", name=name) for key, name, on in users.tuples()},
            GROUP: dict(groups.tuples()),
            ROLE: {key: say_role(name) for key, name in roles.tuples()},
        }

    return look(context, work, Permission.MANAGE_SETTINGS)


def uses_group(public_id: str) -> bool:
    """Whether a rule writes to a group or makes one of it responsible; inside a read."""
    return any(
        public_id in read_receivers(row.receivers).groups or public_id == read_assigning(row.assigns).group
        for row in WorkflowRule.select()
    )


def uses_role(public_id: str) -> bool:
    """Whether a rule makes one of those who have a role responsible; inside a read."""
    return any(public_id == read_assigning(row.assigns).role for row in WorkflowRule.select())
