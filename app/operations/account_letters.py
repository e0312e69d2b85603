"""The words of mails to people with an account: about their way in, and about what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.booking.values import Instant
from app.booking.words import say_moment
from app.operations.account_news import CHANGED
from app.operations.mailed_links import ELSEWHERE, INVITATION, RESET

WITH_LINK = frozenset({INVITATION, RESET})
KINDS = (INVITATION, RESET, ELSEWHERE, CHANGED)
"""All kinds of outbox messages that become such letters."""

CHANGES: Mapping[str, str] = {
    "address": "Your account has another mail address from now on; mails of this site go there.",
    "password": "A new password was chosen for your account.",
    "authenticator": "An app that shows codes was set up for your account.",
    "authenticator_removed": "The app that shows codes was removed from your account.",
    "passkey": "A passkey was added to your account.",
    "passkey_removed": "A passkey was removed from your account.",
    "recovery_codes": "New recovery codes were made for your account; the earlier ones count no more.",
    "factors_forgotten": "The second factors of your account were taken away by whoever looks after the users.",
    "recovery_code_used": "Somebody signed in to your account with one of its recovery codes.",
}
_SUBJECTS = {
    INVITATION: "Your account at {site}",
    RESET: "A new password for {site}",
    ELSEWHERE: "Your password for {site}",
    CHANGED: "Your account at {site} was changed",
}


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What such a letter tells. ``link`` counts until ``until``; ``what`` is a key of ``CHANGES``, done at ``at``."""

    kind: str
    name: str
    email: str
    site: str
    at: Instant
    link: str = ""
    until: Instant = 0
    what: str = ""


def account_subject(facts: AccountFacts) -> str:
    """Return the mail's subject."""
    return _SUBJECTS[facts.kind].format(site=facts.site.partition("//")[2])


def account_text(facts: AccountFacts) -> str:
    """Return the mail's text; times are UTC."""
    middle = {INVITATION: _invitation, RESET: _reset, ELSEWHERE: _elsewhere, CHANGED: _changed}[facts.kind](facts)
    return "\n\n".join([f"Hello {facts.name},", *middle, facts.site]) + "\n"


def _invitation(facts: AccountFacts) -> list[str]:
    return [
        f"You have an account at {facts.site}. Please choose your password by this link:\n{facts.link}",
        f"It counts once, until {_moment(facts.until)}. After that you sign in with {facts.email} and the password.",
    ]


def _reset(facts: AccountFacts) -> list[str]:
    return [
        f"Somebody, probably you, asked for a new password. Choose it by this link:\n{facts.link}",
        f"It counts once, until {_moment(facts.until)}. Your present password counts until then, too.",
        "If it was not you, you need not do anything: without this mail nobody can use the link.",
    ]


def _elsewhere(facts: AccountFacts) -> list[str]:
    return [
        "Somebody, probably you, asked for a new password. Your account has none of its own: you sign in with the one "
        "that you have at your organisation, and that is where it is changed.",
        "If it was not you, you need not do anything: nothing was changed.",
    ]


def _changed(facts: AccountFacts) -> list[str]:
    said = f"{CHANGES[facts.what]} That was on {_moment(facts.at)}."
    warning = "If it was you, all is well. If not, please tell whoever looks after your users at once"
    if facts.what == "address":  # a link to a new password would go to the other address
        return [said, f"{warning}."]
    return [said, f"{warning}, and choose a new password here:\n{facts.site}/sign-in/forgotten"]


def _moment(instant: Instant) -> str:
    return f"{say_moment(instant, 'UTC')} (UTC)"
