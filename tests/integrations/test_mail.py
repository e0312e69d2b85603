"""Mails: how they are written, and handing them to a real mail server."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.integrations.mail.compose import compose, message_id
from app.integrations.mail.smtp import send
from app.integrations.mail.values import (
    Attachment,
    Mail,
    PermanentMailError,
    SmtpSettings,
    TransientMailError,
)
from tests.integrations.mail_server import Postbox, certificate, check_login, mail_server, server_context

RIGHT, WRONG = "secret", "secret?"
MAIL = Mail(
    delivery_id="d1",
    sender="The Centre <centre@example.org>",
    to_name="Ada Ångström",
    to_email="ada@example.org",
    subject="Größe und Zeit",
    text="Hello Ada,\n\nschön: " + "long " * 40 + "\n",
    sent_at=1_893_456_000,
    attachment=Attachment("booking.ics", "BEGIN:VCALENDAR\r\nX:ä\r\nEND:VCALENDAR\r\n".encode(), "REQUEST"),
)


@pytest.fixture
def postbox() -> Postbox:
    """Where mails arrive."""
    return Postbox()


@pytest.fixture
def settings(postbox: Postbox) -> Iterator[SmtpSettings]:
    """A server without protection."""
    with mail_server(postbox) as found:
        yield found


def test_send_brings_headers_text_and_calendar_file_unchanged(postbox: Postbox, settings: SmtpSettings) -> None:
    send(settings, MAIL)
    (mail,) = postbox.mails
    headers = {name: str(mail[name]) for name in ("Date", "Message-ID", "From", "To", "Subject", "Auto-Submitted")}
    assert headers == {
        "Date": "Tue, 01 Jan 2030 00:00:00 +0000",
        "Message-ID": "<d1@example.org>",
        "From": "The Centre <centre@example.org>",
        "To": "Ada Ångström <ada@example.org>",
        "Subject": "Größe und Zeit",
        "Auto-Submitted": "auto-generated",
    }
    text, calendar = mail.iter_parts()
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert calendar.get_content_type() == "text/calendar"
    assert (calendar.get_param("method"), calendar.get_filename()) == ("REQUEST", "booking.ics")
    assert calendar.get_payload(decode=True) == MAIL.attachment.content  # type: ignore[union-attr]


def test_send_without_attachment_is_one_plain_text(postbox: Postbox, settings: SmtpSettings) -> None:
    send(settings, replace(MAIL, attachment=None))
    assert postbox.mails[0].get_content_type() == "text/plain"


def test_compose_twice_gives_the_same_message_id() -> None:
    later = replace(MAIL, sent_at=MAIL.sent_at + 60)
    assert compose(MAIL)["Message-ID"] == compose(later)["Message-ID"] == message_id("d1", "example.org")


@pytest.mark.parametrize("field", ["to_name", "subject", "sender"])
def test_compose_with_line_breaks_adds_no_header(field: str) -> None:
    changed: dict[str, Any] = {field: f"{getattr(MAIL, field)}\r\nBcc: mallory@example.org\r\n\r\nHi"}
    evil = replace(MAIL, **changed)
    assert "Bcc" not in compose(evil)
    assert b"\nBcc:" not in compose(evil).as_bytes()


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@example.org\r\nBcc: m@example.org", "a b@example.org", "a@b@c", "<x>", "ädä@example.org"]
)
def test_compose_with_impossible_address_is_refused_for_good(email: str) -> None:
    with pytest.raises(PermanentMailError):
        compose(replace(MAIL, to_email=email))


@pytest.mark.parametrize(
    ("answer", "kind"), [("550 no such user ada@example.org", PermanentMailError), ("450 later", TransientMailError)]
)
def test_refused_recipient_is_permanent_or_transient_by_its_code(
    postbox: Postbox, settings: SmtpSettings, answer: str, kind: type[Exception]
) -> None:
    postbox.recipient = answer
    with pytest.raises(kind) as caught:
        send(settings, MAIL)
    expected = f"The mail server refused the recipient: {answer}".replace("ada@example.org", "(address)")
    assert str(caught.value) == expected


@pytest.mark.parametrize(("answer", "kind"), [("554 spam", PermanentMailError), ("452 full", TransientMailError)])
def test_refused_mail_is_permanent_or_transient_by_its_code(
    postbox: Postbox, settings: SmtpSettings, answer: str, kind: type[Exception]
) -> None:
    postbox.data = answer
    with pytest.raises(kind, match=f"refused the mail: {answer}"):
        send(settings, MAIL)
    assert postbox.mails == []


def test_address_outside_ascii_is_sent_where_the_server_takes_it(postbox: Postbox) -> None:
    mail = replace(MAIL, to_email="ada@exämple.org")
    with mail_server(postbox, enable_SMTPUTF8=True) as settings:
        send(settings, mail)
    assert len(postbox.mails) == 1
    with mail_server(postbox, enable_SMTPUTF8=False) as settings, pytest.raises(PermanentMailError):
        send(settings, mail)


def test_server_that_is_away_is_transient() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(TransientMailError, match="cannot be used"):
        send(SmtpSettings("127.0.0.1", port, seconds=1.0), MAIL)


def test_server_that_says_nothing_is_transient_after_the_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = SmtpSettings("127.0.0.1", silent.getsockname()[1], seconds=0.3)
        with pytest.raises(TransientMailError, match="timed out"):
            send(settings, MAIL)


def answer_and_close(server: socket.socket, *answers: bytes) -> None:
    """Speak the beginning of SMTP, then hang up."""
    connection, _ = server.accept()
    with connection:
        for answer in answers:
            connection.sendall(answer)
            connection.recv(1000)


@pytest.mark.parametrize(
    ("answers", "words"),
    [((b"421 busy\r\n",), "cannot be used: 421 busy"), ((b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n"), "went away")],
)
def test_server_that_hangs_up_is_transient(answers: tuple[bytes, ...], words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        speaker = threading.Thread(target=answer_and_close, args=(server, *answers))
        speaker.start()
        with pytest.raises(TransientMailError, match=words):
            send(SmtpSettings("127.0.0.1", server.getsockname()[1], seconds=2.0), MAIL)
        speaker.join()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_login_is_needed_and_a_wrong_one_is_transient(postbox: Postbox) -> None:
    options = {"authenticator": check_login, "auth_required": True, "auth_require_tls": False}
    with mail_server(postbox, **options) as settings:
        send(replace(settings, user="mailer", password=RIGHT), MAIL)
        with pytest.raises(TransientMailError, match="cannot be used: 535"):
            send(replace(settings, user="mailer", password=WRONG), MAIL)
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_protected_connection_with_a_trusted_certificate(
    postbox: Postbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    path = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    option = {"starttls": "tls_context", "tls": "ssl_context"}[security]
    with mail_server(postbox, **{option: server_context(path)}) as settings:
        send(replace(settings, security=security), MAIL)
    assert len(postbox.mails) == 1


def test_certificate_that_nobody_trusts_is_transient_and_nothing_is_sent(postbox: Postbox, tmp_path: Path) -> None:
    context = server_context(certificate(tmp_path))
    with mail_server(postbox, tls_context=context) as settings, pytest.raises(TransientMailError, match="certificate"):
        send(replace(settings, security="starttls"), MAIL)
    assert postbox.mails == []


def test_server_without_starttls_is_transient_and_nothing_is_sent(postbox: Postbox, settings: SmtpSettings) -> None:
    with pytest.raises(TransientMailError, match="STARTTLS"):
        send(replace(settings, security="starttls"), MAIL)
    assert postbox.mails == []
