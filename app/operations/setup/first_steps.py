"""The first steps of an administrator: people, a first service and a test mail, each by the set-up's own operations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.access.grants import Target
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput
from app.booking.values import Instant, ResourceKind
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.audit.recording import record
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.letters.account_news import MAIL_TEST
from app.operations.letters.deliver import MessageStatus
from app.operations.saving import edit
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.users import UserDraft, get_user, save_user
from app.storage import outbox
from app.storage.tables import OutboxMessage, Resource, User
from app.texts import _

ROLES = (ReadyMade.PROVIDER, ReadyMade.FRONT_DESK, ReadyMade.ADMINISTRATOR)
"""What newcomers may be here; everything else is for the page of users."""
_NEEDED = (Permission.MANAGE_SETTINGS, Permission.MANAGE_USERS)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One line: ``number`` counts from 0. Without an email address nobody signs in; they only give services."""

    number: int
    name: str
    email: str
    role: str = ReadyMade.PROVIDER.value


@dataclass(frozen=True, slots=True)
class FirstService:
    """A service as the assistant asks for it; ``people``: public ids, any one of whom gives it. ``myself``: so do I."""

    name: str
    minutes: int
    people: tuple[str, ...]
    locations: tuple[str, ...]
    tzid: str
    myself: bool = False


@dataclass(frozen=True, slots=True)
class MailTest:
    """What became of the last test mail: ``error`` is what the mail server said, empty where nothing went wrong."""

    status: MessageStatus
    sent_at: Instant
    error: str


def require_first_steps(context: Context) -> None:
    """Go on only for somebody who manages settings and users of everything, as an administrator does.

    Raises:
        NotAllowed.
    """
    for one in _NEEDED:
        context.require(one, Target())


def may_begin(context: Context) -> bool:
    """Whether the acting user may take the first steps."""
    return all(context.may(one, Target()) for one in _NEEDED)


def add_people(context: Context, newcomers: Sequence[Newcomer], tzid: str, *, myself: bool) -> None:
    """Add who gives services and who signs in, all of them or none; whoever has an email address is invited.

    Raises:
        InvalidInput: with the field ``people-NUMBER`` of the line, or ``myself``. NotAllowed.
    """
    require_first_steps(context)

    def work() -> None:
        if myself:
            _provide_myself(context, tzid)
        for one in newcomers:
            try:
                _add(context, one, tzid)
            except InvalidInput as refusal:
                raise InvalidInput(f"people-{one.number}", refusal.problem) from refusal

    edit(context, work, Permission.MANAGE_SETTINGS)


def _add(context: Context, one: Newcomer, tzid: str) -> None:
    if one.role not in ROLES:
        raise InvalidInput("role", _("Please choose a role from the list."))
    person = None
    if one.role == ReadyMade.PROVIDER:
        person = save_resource(context, ResourceDraft(one.name, ResourceKind.PERSON.value, tzid))
    elif not one.email.strip():
        raise InvalidInput("email", _("Please give an email address: without one nobody can sign in."))
    if one.email.strip():
        save_user(context, UserDraft(one.email, one.name, (GrantDraft(one.role),), person))


def _provide_myself(context: Context, tzid: str) -> str:
    """Let the acting account be somebody who gives services, and return that person's public id."""
    user = User.get_by_id(own_id(context))
    if user.resource_id is not None:
        return str(Resource.get_by_id(user.resource_id).public_id)
    try:
        person = save_resource(context, ResourceDraft(user.name, ResourceKind.PERSON.value, tzid))
        save_user(context, replace(get_user(context, user.public_id).draft, resource=person), user.public_id)
    except InvalidInput as refusal:
        raise InvalidInput("myself", refusal.problem) from refusal
    return person


def gives_services(context: Context) -> bool:
    """Whether the acting account is somebody who gives services already."""
    return context.actor.resource_id is not None


def add_first_service(context: Context, wanted: FirstService) -> str:
    """Add a service that any of these people gives, at these locations, and return its public id.

    Several people become a pool of the service's name.

    Raises:
        InvalidInput: also where nobody gives it. NotAllowed, NotFound.
    """
    require_first_steps(context)

    def work() -> str:
        people = list(wanted.people)
        if wanted.myself:
            people.append(_provide_myself(context, wanted.tzid))
        if not people:
            raise InvalidInput("people", _("Please choose who gives it."))
        need = RequirementDraft(resource=people[0])
        if len(people) > 1:
            need = RequirementDraft(pool=save_pool(context, PoolDraft(wanted.name, tuple(people))))
        return save_service(context, ServiceDraft(wanted.name, (wanted.minutes,), (need,), wanted.locations))

    return edit(context, work, Permission.MANAGE_SETTINGS)


def send_test_mail(context: Context) -> None:
    """Leave a mail to the acting account in the outbox, unless one waits there that nobody has tried to deliver yet.

    Raises:
        NotAllowed.
    """
    require_first_steps(context)

    def work() -> None:
        public_id = User.get_by_id(own_id(context)).public_id
        last = _last_test(public_id)
        if last is not None and last.status == MessageStatus.WAITING and not last.attempts:
            return
        outbox.add_message(MAIL_TEST, None, {"user": public_id}, context.now)
        record(context, Action.MAIL_TESTED, own_subject(context))

    context.store.write(work)


def look_at_mail_test(context: Context) -> MailTest | None:
    """Return what became of the last test mail of the acting account; None: there was none, or long ago.

    Raises:
        NotAllowed.
    """
    require_first_steps(context)

    def work() -> MailTest | None:
        row = _last_test(User.get_by_id(own_id(context)).public_id)
        if row is None:
            return None
        return MailTest(MessageStatus(row.status), row.created_at, _(row.last_error) if row.last_error else "")

    return context.store.read(work)


def _last_test(user: str) -> OutboxMessage | None:
    return next((row for row in _tests() if json.loads(row.payload)["user"] == user), None)


def _tests() -> Iterator[OutboxMessage]:
    """Yield the latest test mails, the newest first; whose they are stands in their encrypted part."""
    yield from OutboxMessage.select().where(OutboxMessage.kind == MAIL_TEST).order_by(OutboxMessage.id.desc()).limit(20)
