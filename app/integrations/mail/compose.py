"""From a letter to the message that travels (RFC 5322): plain text in UTF-8, a calendar file attached."""

from __future__ import annotations

from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from app.integrations.mail.values import Mail, PermanentMailError
from app.texts import mark


def compose(mail: Mail) -> EmailMessage:
    """Return the message. The same delivery has the same Message-ID at every attempt, so that a repeat can be told.

    Raises:
        PermanentMailError: an address cannot be written in a header. Line breaks in names and subjects become blanks.
    """
    message = EmailMessage(policy=SMTP)
    sender = _address(*parseaddr(_one_line(mail.sender)))
    message["Date"] = format_datetime(datetime.fromtimestamp(mail.sent_at, UTC))
    message["Message-ID"] = message_id(mail.delivery_id, sender.domain)
    message["From"] = sender
    message["To"] = _address(mail.to_name, mail.to_email)
    message["Subject"] = _one_line(mail.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    if mail.attachment is not None:
        message.add_attachment(
            mail.attachment.content,
            maintype="text",
            subtype="calendar",
            filename=mail.attachment.name,
            params={"method": mail.attachment.method, "charset": "utf-8"},
        )
    return message


def message_id(delivery_id: str, domain: str) -> str:
    """Return the Message-ID of a delivery."""
    return f"<{delivery_id}@{domain or 'localhost'}>"


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _address(name: str, email: str) -> Address:
    if not email.isprintable() or " " in email:
        raise PermanentMailError(mark("The email address has characters that no mail can carry."))
    try:
        return Address(display_name=_one_line(name), addr_spec=email)
    except (ValueError, IndexError, MessageError) as error:
        raise PermanentMailError(mark("The email address cannot be used.")) from error
