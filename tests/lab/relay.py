"""A mail relay for the hosts: ``python -m tests.lab.relay GROUP ADDRESS PORT FOLDER`` keeps each mail as a file."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from contextlib import suppress
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.lab.keeper import join
from tests.lab.mail import LOGIN, PART, TO, WHOLE, MailRelay

NAME = "mail.lab.test"


class Box:
    """A folder of mails, each complete or not there at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """Keep a mail."""
        content = envelope.content
        body = content if isinstance(content, bytes) else str(content).encode()
        part = self.folder / f"{time.time_ns()}{PART}"
        head = f"{TO}: {', '.join(envelope.rcpt_tos)}\r\n{LOGIN}: {_shown(session.auth_data)}\r\n"
        part.write_bytes(head.encode() + body)
        part.rename(part.with_suffix(WHOLE))
        return "250 Kept"


def accept(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    """Let everybody sign in; each mail says who has."""
    return AuthResult(success=isinstance(data, LoginPassword), auth_data=data)


def _shown(data: object) -> str:
    return f"{data.login.decode()} {data.password.decode()}" if isinstance(data, LoginPassword) else "nobody"


async def serve(relay: MailRelay) -> None:
    """Take mails, over TLS from whoever signs in, until the process is ended.

    Raises:
        OSError: the port is taken.
    """
    box, context = Box(relay.folder), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(relay.certificate, relay.key)

    def session() -> SMTP:
        return SMTP(box, hostname=NAME, authenticator=accept, tls_context=context)

    server = await asyncio.get_running_loop().create_server(session, relay.address, relay.port)
    async with server:
        await server.serve_forever()


def main(group: str, address: str, port: str, folder: str) -> None:
    """Join the control group by which the lab ends this process, then serve."""
    join(Path(group))
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(MailRelay("", address, Path(folder), int(port))))


if __name__ == "__main__":
    main(*sys.argv[1:])
