"""Handing a mail to the mail server (RFC 5321), by smtplib, every step bounded in time."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from app.integrations.mail.compose import compose
from app.integrations.mail.values import Mail, PermanentMailError, SmtpSettings, TransientMailError
from app.texts import mark

_PERMANENT_FROM = 500


def send(settings: SmtpSettings, mail: Mail) -> None:
    """Hand one mail to the server; when this returns, the server has taken it.

    Raises:
        TransientMailError: the server is away, too slow, refused our login, or said 4xx.
        PermanentMailError: it said 5xx to this mail, or the mail cannot be written.
    """
    message = compose(mail)
    with _connected(settings) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _refused("the recipient", code, reply) from error
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail", error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise PermanentMailError(
                mark("The mail server cannot take addresses with letters outside ASCII.")
            ) from error


@contextmanager
def _connected(settings: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """Connect, secure and log in. What fails here says nothing about the mail, so all of it may be tried again."""
    where = f"{settings.host}:{settings.port}"
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise TransientMailError(f"The mail server {where} cannot be used: {_words(error)}") from error
    try:
        yield server
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise TransientMailError(f"The mail server {where} went away: {_words(error)}") from error
    finally:
        _close(server)


def _open(settings: SmtpSettings) -> smtplib.SMTP:
    context = ssl.create_default_context() if settings.security != "none" else None
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.seconds, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.seconds)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.password)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _close(server: smtplib.SMTP) -> None:
    """Say goodbye if anybody still listens; the mail's fate is known already."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _refused(what: str, code: int, reply: bytes | str) -> TransientMailError | PermanentMailError:
    text = reply.decode("utf-8", errors="replace") if isinstance(reply, bytes) else reply
    kind = PermanentMailError if code >= _PERMANENT_FROM else TransientMailError
    brief = f"The mail server refused {what}: {code}"
    return kind(f"{brief} {' '.join(text.split())[:300]}", brief)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        text = reply.decode("utf-8", errors="replace") if isinstance(reply, bytes) else reply
        return f"{error.smtp_code} {' '.join(text.split())[:300]}"
    return str(error) or type(error).__name__
