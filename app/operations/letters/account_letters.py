"""The words of mails to people with an account: about their way in, and about what was changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.booking.values import Instant
from app.booking.words import say_moment
from app.look.mail_text import MailText, fill_subject, fill_text
from app.operations.letters.account_news import CHANGED, ELSEWHERE, INVITATION, MAIL_TEST, RESET
from app.texts import _, mark

WITH_LINK = frozenset({INVITATION, RESET})
KINDS = (INVITATION, RESET, ELSEWHERE, CHANGED, MAIL_TEST)
"""All kinds of outbox messages that become such letters."""

CHANGES: Mapping[str, str] = {
    "address": mark("Your account has another email address from now on; mails of this site go there."),
    "password": mark("A new password was chosen for your account."),
    "authenticator": mark("An authenticator app was set up for your account."),
    "authenticator_removed": mark("The authenticator app was removed from your account."),
    "passkey": mark("A passkey was added to your account."),
    "passkey_removed": mark("A passkey was removed from your account."),
    "recovery_codes": mark("New recovery codes were made for your account; the earlier ones count no more."),
    "factors_forgotten": mark("The second factors of your account were taken away by whoever looks after the users."),
    "recovery_code_used": mark("Somebody signed in to your account with one of its recovery codes."),
}
_SUBJECTS = {
    INVITATION: mark("Your account at {site}"),
    RESET: mark("A new password for {site}"),
    ELSEWHERE: mark("Your password for {site}"),
    CHANGED: mark("Your account at {site} was changed"),
    MAIL_TEST: mark("Mails of {site} arrive"),
}


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What such a letter tells. ``link`` counts until ``until``; ``what`` is a key of ``CHANGES``, done at ``at``.

    ``own``: the words that an administrator wrote in place of ours.
    """

    kind: str
    name: str
    email: str
    site: str
    at: Instant
    link: str = ""
    until: Instant = 0
    what: str = ""
    own: MailText | None = None


def built_in(kind: str) -> MailText:
    """Return subject and text of a kind of letter as they are where nobody has written others."""
    parts = [_("Hello {name},"), *_MIDDLES[kind](), "{site}"]
    return MailText(_(_SUBJECTS[kind]), "\n\n".join(parts))


def account_subject(facts: AccountFacts) -> str:
    """Return the mail's subject."""
    short = {"site": facts.site.partition("//")[2]}
    return fill_subject((facts.own or built_in(facts.kind)).subject, _values(facts) | short)


def account_text(facts: AccountFacts) -> str:
    """Return the mail's text; times are UTC."""
    return fill_text((facts.own or built_in(facts.kind)).text, _values(facts))


def _values(facts: AccountFacts) -> dict[str, str]:
    """Return what may stand in the letter by its placeholder; ``mail_kinds.py`` says which kind has which."""
    return {
        "name": facts.name,
        "email": facts.email,
        "site": facts.site,
        "link": facts.link,
        "until": _moment(facts.until) if facts.until else "",
        "change": _change(facts) if facts.what else "",
        "advice": _advice(facts) if facts.what else "",
    }


def _invitation() -> list[str]:
    opening = _("You have an account at {site}. Please choose your password by this link:")
    return [
        f"{opening}\n{{link}}",
        _("It counts once, until {until}. After that you sign in with {email} and the password."),
    ]


def _reset() -> list[str]:
    opening = _("Somebody, probably you, asked for a new password. Choose it by this link:")
    return [
        f"{opening}\n{{link}}",
        _("It counts once, until {until}. Your present password counts until then, too."),
        _("If it was not you, you need not do anything: without this mail nobody can use the link."),
    ]


def _elsewhere() -> list[str]:
    return [
        _(
            "Somebody, probably you, asked for a new password. Your account has none of its own: you sign in with the "
            "one that you have at your organisation, and that is where it is changed."
        ),
        _("If it was not you, you need not do anything: nothing was changed."),
    ]


def _changed() -> list[str]:
    return ["{change}", "{advice}"]


def _mail_test() -> list[str]:
    return [
        _("This is the test mail that you asked for. As you can read it, mails of this site go out and arrive."),
        _("Confirmations to clients, invitations and links for new passwords go the same way."),
    ]


_MIDDLES: Mapping[str, Callable[[], list[str]]] = {
    INVITATION: _invitation,
    RESET: _reset,
    ELSEWHERE: _elsewhere,
    CHANGED: _changed,
    MAIL_TEST: _mail_test,
}


def _change(facts: AccountFacts) -> str:
    return " ".join([_(CHANGES[facts.what]), _("That was on {when}.", when=_moment(facts.at))])


def _advice(facts: AccountFacts) -> str:
    if facts.what == "address":  # a link to a new password would go to the other address
        return _("If it was you, all is well. If not, please tell whoever looks after your users at once.")
    warning = _(
        "If it was you, all is well. If not, please tell whoever looks after your users at once, "
        "and choose a new password here:"
    )
    return f"{warning}\n{facts.site}/sign-in/forgotten"


def _moment(instant: Instant) -> str:
    return f"{say_moment(instant, 'UTC')} (UTC)"
