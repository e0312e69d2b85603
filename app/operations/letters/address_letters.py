"""The mail to the address that a client's mails went to until now: that they go to another one.

Whoever reads it may be somebody else, as where an address was mistyped: it names neither the client nor a booking, and
has no link.
"""

from __future__ import annotations

from app.booking.values import Instant
from app.look.mail_text import MailText, fill_subject, fill_text
from app.storage import outbox
from app.storage.tables import Client
from app.texts import _

ADDRESS_CHANGED = "address_changed"
KINDS = (ADDRESS_CHANGED,)
"""All kinds of outbox messages that become such letters."""


def tell_former_address(client: Client, now: Instant) -> None:
    """Leave a mail to the address that a client has until now, within the transaction that changes it.

    Nothing is left where there is none.
    """
    if client.email:
        outbox.add_message(ADDRESS_CHANGED, None, {"client": client.public_id, "to": client.email}, now)


def built_in() -> MailText:
    """Return subject and text as they are where nobody has written others, in the language spoken."""
    parts = [
        _("Hello,"),
        _("The email address for bookings at {site} was changed: mails about them go to another address from now on."),
        _("Links in earlier mails to this address count no more."),
        _("If you did not ask for this, please tell us."),
        "{site}",
    ]
    return MailText(_("Your email address at {site} was changed"), "\n\n".join(parts))


def former_letter(own: MailText | None, base_url: str) -> MailText:
    """Return subject and text as they go out, by our words or those that an administrator wrote in their place."""
    words, values = own or built_in(), {"site": base_url.partition("//")[2]}
    return MailText(fill_subject(words.subject, values), fill_text(words.text, values))
