"""The account of somebody who has shown elsewhere who they are: found, linked or made, then kept up to date.

Nobody's account is taken over silently: one that is here already is linked only where an administrator chose so, or
where an option says that a verified email address is enough.
"""

from __future__ import annotations

from peewee import Expression

from app.access.actors import SYSTEM
from app.booking.answers import check_email
from app.booking.refusals import InvalidInput
from app.booking.values import Instant
from app.operations.accounts.account_clients import carry_address
from app.operations.audit.recording import Change, Facts, Subject, difference, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.outside.ended import was_ended
from app.operations.outside.membership import groups_of, is_member_as_said, make_equal
from app.operations.outside.values import Claim, Source, Sources
from app.operations.saving import MAX_NAME
from app.storage.account_tables import ExternalIdentity
from app.storage.public_ids import new_public_id
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.store import Store
from app.storage.tables import User
from app.texts import _, mark

NO_PASSWORD = ""
MAX_SUBJECT = 500
SWITCHED_OFF = mark("Your account here is switched off; please ask whoever looks after the users.")
NOT_LINKED = mark(
    "Somebody has an account with your email address here that this sign-in is not linked to; please sign in with its "
    "password, or ask whoever looks after the users to link it."
)
NO_GROUP = mark("You are in no group that may sign in here; please ask whoever looks after the users.")
NO_MAIL = mark(
    "Where you signed in nothing usable is known as your email address, so there can be no account for you here."
)
NO_SUBJECT = mark("Where you signed in nothing is said by which you could be known again.")


def admit(store: Store, sources: Sources, claim: Claim, now: Instant) -> str:
    """Return the public id of somebody's account, with name, email address and groups as they are said now.

    Raises:
        InvalidInput: they get no account here, with the reason. Unavailable.
    """
    if not 0 < len(claim.subject) <= MAX_SUBJECT or "\0" in claim.subject:
        raise InvalidInput(None, _(NO_SUBJECT))

    def work() -> str:
        known = _known(claim)
        before = {} if known is None else _state(known.id)
        if known is None or not _is_up_to_date(known, claim):
            store.bump_catalog()  # as every edit of rights: they follow one another, and an administrator remains
        user = _known(claim) or _linked(sources, claim, now) or _made(sources, claim, now)
        if not user.active:
            raise InvalidInput(None, _(SWITCHED_OFF))
        used = (claim.source.value, claim.issuer)
        context = Context(store, SYSTEM, now, elsewhere={*sources.issuers, used})
        _update(context, user, claim)
        if not is_member_as_said(user.id, claim):
            make_equal(context, user.id, claim)
        ExternalIdentity.update(seen_at=now).where(_of(claim)).execute()
        _tell(context, user, claim, before)
        return str(user.public_id)

    return store.write(work)


def _state(user_id: int) -> Facts:
    """Return what the other side says of an account, as it is kept here: name, email address, groups."""
    user = User.get_by_id(user_id)
    groups = UserGroup.select(UserGroup.public_id).join(UserGroupMember).where(UserGroupMember.user == user_id)
    names = sorted(one for (one,) in groups.tuples())
    return {"name": user.name, "email": user.email, "groups": names}


def _tell(context: Context, user: User, claim: Claim, before: Facts) -> None:
    """Record what a sign-in elsewhere has made of an account; mostly nothing."""
    change = difference(before, _state(user.id))
    if change.before or change.after:
        told = Change({**change.before}, {**change.after, "sign_in_by": claim.source.value})
        record(context, Action.CHANGED if before else Action.LINKED, Subject(Kind.USER, user.public_id), told)


def _of(claim: Claim) -> Expression:
    mine: Expression = (ExternalIdentity.source == claim.source.value) & (ExternalIdentity.issuer == claim.issuer)
    return mine & (ExternalIdentity.subject == claim.subject)


def _known(claim: Claim) -> User | None:
    row = ExternalIdentity.select(ExternalIdentity, User).join(User).where(_of(claim)).first()
    return None if row is None else row.user


def _is_up_to_date(user: User, claim: Claim) -> bool:
    return not _news(user, claim) and is_member_as_said(user.id, claim)


def _linked(sources: Sources, claim: Claim, now: Instant) -> User | None:
    """Return the account that has the same email address, linked from now on; None when there is none.

    Raises:
        InvalidInput: it may not be linked.
    """
    email = _email(claim)
    user: User | None = User.get_or_none(User.email == email) if email else None
    if user is None:
        return None
    link = ExternalIdentity.get_or_none(ExternalIdentity.user == user.id, ExternalIdentity.source == claim.source.value)
    is_free = link is None or link.subject is None
    is_chosen = link is not None or (sources.link_mail and not was_ended(user.public_id, claim.source))
    if not (is_free and is_chosen and claim.is_verified and user.active):
        raise InvalidInput(None, _(NOT_LINKED if user.active else SWITCHED_OFF))
    ExternalIdentity.delete().where(
        ExternalIdentity.user == user.id, ExternalIdentity.source == claim.source.value
    ).execute()
    _link(user, claim, now)
    return user


def _made(sources: Sources, claim: Claim, now: Instant) -> User:
    """Return a new account, which has no password here."""
    email = _email(claim)
    if not email:
        raise InvalidInput(None, _(NO_MAIL))
    if not (sources.everybody or groups_of(claim)):
        raise InvalidInput(None, _(NO_GROUP))
    user: User = User.create(
        public_id=new_public_id(),
        created_at=now,
        changed_at=now,
        email=email,
        name=_name(claim) or email[:MAX_NAME],
        password_hash=NO_PASSWORD,
    )
    _link(user, claim, now)
    return user


def _link(user: User, claim: Claim, now: Instant) -> None:
    values = {"source": claim.source.value, "issuer": claim.issuer, "subject": claim.subject}
    ExternalIdentity.create(user=user.id, created_at=now, seen_at=now, **values)


def _update(context: Context, user: User, claim: Claim) -> None:
    news = _news(user, claim)
    if news:
        User.update(version=User.version + 1, changed_at=context.now, **news).where(User.id == user.id).execute()
    if "email" in news:
        carry_address(context, User.get_by_id(user.id))


def _news(user: User, claim: Claim) -> dict[str, str]:
    """Return what is another name or email address now; an address that somebody else has stays theirs."""
    said = {"name": _name(claim), "email": _email(claim) if claim.is_verified else ""}
    news = {name: value for name, value in said.items() if value and value != getattr(user, name)}
    if "email" in news and User.select().where(User.email == news["email"]).exists():
        del news["email"]
    return news


def _name(claim: Claim) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in claim.name).split())[:MAX_NAME]


def _email(claim: Claim) -> str:
    try:
        return check_email(claim.email, "email").lower()
    except InvalidInput:
        return ""


def sources_of(store: Store, user_id: int) -> set[Source]:
    """Return where somebody may sign in besides here."""
    query = ExternalIdentity.select(ExternalIdentity.source).where(
        ExternalIdentity.user == user_id, ExternalIdentity.subject.is_null(False)
    )
    return store.read(lambda: {Source(source) for (source,) in query.tuples()})
