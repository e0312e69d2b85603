"""A real mail server on the loopback address, which keeps what it is given or answers as it is told."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from app.integrations.mail.values import SmtpSettings

OK = "250 taken"


@dataclass
class Postbox:
    """What came in. ``recipient`` and ``data`` are the answers to these steps, ``on_data`` runs before the last."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipient: str = OK
    data: str = OK
    on_data: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802  the library's name
        self, _: object, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _: object, __: Session, envelope: Envelope) -> str:  # noqa: N802  the library's name
        """Take or refuse a mail."""
        self.on_data()
        if self.data == OK:
            content = cast(bytes, envelope.content)
            self.mails.append(BytesParser(policy=default).parsebytes(content))
        return self.data


@contextmanager
def mail_server(postbox: Postbox, **options: object) -> Iterator[SmtpSettings]:
    """Run a server; gives the settings to reach it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield SmtpSettings("127.0.0.1", port, seconds=5.0)
    finally:
        controller.stop()


def check_login(_: object, __: object, ___: object, mechanism: str, data: LoginPassword) -> AuthResult:
    """Only ``mailer`` with ``secret`` may send."""
    known = (data.login, data.password) == (b"mailer", b"secret")
    return AuthResult(success=known, handled=known)


def certificate(folder: Path) -> Path:
    """Make a certificate of our own for localhost; returns the file with key and certificate."""
    key, path = folder / "key.pem", folder / "certificate.pem"
    names: list[str] = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key)]
    subprocess.run([*command, *names, "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


def server_context(path: Path) -> ssl.SSLContext:
    """Return what the server needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
