"""What the mail integration is given, and the two ways in which it fails."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server that takes our mails; ``security`` is none, starttls or tls. Seconds bound every single step."""

    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    security: str = "none"
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A calendar file; ``method`` is its METHOD, repeated in the part's type (RFC 6047 section 2.4)."""

    name: str
    content: bytes
    method: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. ``delivery_id`` is the same at every attempt; ``sender`` as in ``Name <a@b>``."""

    delivery_id: str
    sender: str
    to_name: str
    to_email: str
    subject: str
    text: str
    sent_at: int
    attachment: Attachment | None = None


class MailError(Exception):
    """A mail was not taken. The text names no address: it is kept and shown.

    ``brief`` is the same for logs, without what the server said about this mail: it may name whom it is for.
    """

    def __init__(self, problem: str, brief: str = "") -> None:
        super().__init__(_ADDRESS.sub("(address)", problem))
        self.brief = brief or str(self)


class TransientMailError(MailError):
    """It may be taken later: the server is away, busy, or does not know us yet."""


class PermanentMailError(MailError):
    """It will never be taken like this."""
