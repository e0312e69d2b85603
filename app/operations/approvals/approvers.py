"""Who decides steps: somebody signed in, for themselves and in the place of those whose deputy they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.actors import Actor, ActorKind
from app.access.decision import allows, may_everything
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.approvals import Asked, Hindrance, Member, hindrance
from app.operations.context import Context
from app.operations.rights import actor_of
from app.storage.approval_tables import Deputy
from app.storage.rights_tables import UserGroupMember
from app.storage.tables import User

NOBODY = Member(0)
"""No user has this row id."""


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose name somebody decides: their own, or (``is_deputy``) that of the one whose place they take."""

    actor: Actor
    member: Member
    is_deputy: bool = False


def member_of(actor: Actor) -> Member:
    """Return somebody signed in as steps know them; one query."""
    if actor.user_id is None:
        return NOBODY
    groups = UserGroupMember.select(UserGroupMember.group).where(UserGroupMember.user == actor.user_id).tuples()
    return Member(actor.user_id, frozenset(one for (one,) in groups), may_everything(actor))


def voices_of(context: Context) -> tuple[Voice, ...]:
    """Return in whose names the actor may decide now, their own first; a fixed number of queries for each.

    Who looks at the site as a role sees it is named nowhere: they are shown what anybody who has the right decides.
    """
    actor = context.actor
    if actor.kind is not ActorKind.USER:
        return ()
    if actor.user_id is None or actor.seen_as:
        return (Voice(actor, NOBODY),)
    absent = (
        User.select()
        .join(Deputy, on=Deputy.user == User.id)
        .where(Deputy.deputy == actor.user_id, Deputy.start_at <= context.now, Deputy.end_at > context.now, User.active)
        .order_by(User.id)
        .distinct()
    )
    others = [actor_of(row) for row in absent]
    return (Voice(actor, member_of(actor)), *(Voice(one, member_of(one), is_deputy=True) for one in others))


def choose_voice(
    voices: Sequence[Voice], asked: Asked, permission: Permission, target: Target
) -> tuple[Voice | None, Hindrance | None]:
    """Return in whose name the actor decides a step, or why they cannot: the reason that tells most.

    A deputy can do no more than the one whose place they take; what they may do themselves is for the caller to ask.
    """
    found = Hindrance.NOT_GIVEN
    for voice in voices:
        deputy_id = voices[0].member.user_id if voice.is_deputy else None
        problem = hindrance(asked, voice.member, deputy_id)
        if problem is None and allows(voice.actor, permission, target):
            return voice, None
        found = found if problem in (None, Hindrance.NOT_GIVEN) else problem
    return None, found
