"""The mail to whoever has become responsible for a booking: what it is, and the link to its page."""

from __future__ import annotations

from app.look.mail_text import MailText
from app.texts import _

ASSIGNED = "assigned"
"""The kind of the outbox message that becomes such a letter; its facts are those of a rule's letter to staff."""


def built_in() -> MailText:
    """Return subject and text as they are where nobody has written others."""
    parts = ["{greeting}", _("you are responsible for this booking now:"), "{details}", "{link}"]
    return MailText(_("You are responsible: {service}, {when}"), "\n\n".join(parts))
