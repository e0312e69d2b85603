"""Trying the words of a mail out: on the page, or by a test mail to one's own address."""

from __future__ import annotations

from app.access.grants import Target
from app.access.permissions import Permission
from app.operations.context import Context
from app.operations.letters.mail_examples import Example, Reader, write_example
from app.operations.letters.mail_texts import TextDraft, parts_of
from app.operations.look import own_words
from app.operations.saving import refuse_first
from app.storage import outbox
from app.storage.tables import User
from app.texts import speaking, using_words

TRIAL = "mail_text_tried"
"""The kind of outbox messages that become such mails."""


def send_trial(context: Context, reference: str, draft: TextDraft) -> str:
    """Leave a mail with these words and an example's facts to whoever asks for it; return their address.

    Raises:
        NotFound: no such kind of mail, or no such language.
        NotAllowed: the actor may not manage the settings.
        InvalidInput: something is wrong with the words; nothing is sent.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    kind, code = parts_of(reference)
    refuse_first(draft.problems)
    words = {"kind": kind, "language": code, "subject": draft.text.subject, "text": draft.text.text}

    def work() -> str:
        user = User.get_by_id(context.actor.user_id)
        outbox.add_message(TRIAL, None, {"user": user.public_id, **words}, context.now)
        return str(user.email)

    return context.store.write(work)


def show_trial(context: Context, reference: str, draft: TextDraft, site: str) -> Example:
    """Return what these words become in their language, with an example's facts.

    Args:
        context: who writes them, and so stands for whoever will get such mails.
        reference: which kind of mail, in which language.
        draft: the words; without a problem.
        site: the site's address without a last slash.

    Raises:
        NotFound: no such kind of mail, or no such language.
        NotAllowed: the actor may not manage the settings.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    kind, code = parts_of(reference)
    email = context.store.read(lambda: str(User.get_by_id(context.actor.user_id).email))
    with speaking(code), using_words(own_words(context)):
        return write_example(context, kind, draft.text, Reader(context.actor.name, email, site))
