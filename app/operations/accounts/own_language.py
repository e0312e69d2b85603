"""The language that somebody reads pages and mails in."""

from __future__ import annotations

from app.booking.refusals import InvalidInput
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.audit.recording import Change, record
from app.operations.audit.words import Action
from app.operations.context import Context
from app.storage.tables import User
from app.texts import _, languages


def own_language(context: Context) -> str:
    """Return the code of the language that whoever acts has chosen; empty: as their browser and the site do."""
    return str(context.store.read(lambda: User.get_by_id(own_id(context))).language)


def choose_language(context: Context, code: str) -> None:
    """Read in this language from now on, with pages and mails; an empty ``code`` takes the choice back.

    Raises:
        InvalidInput: there is no such language here.
    """
    if code and code not in languages():
        raise InvalidInput("language", _("This language is not here; please choose one of the list."))

    def work() -> None:
        before = User.get_by_id(own_id(context)).language
        if before == code:
            return
        User.update(language=code, changed_at=context.now).where(User.id == own_id(context)).execute()
        record(context, Action.CHANGED, own_subject(context), Change({"language": before}, {"language": code}))

    context.store.write(work)
