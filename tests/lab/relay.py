"""A mail relay for the hosts: ``python -m tests.lab.relay GROUP ADDRESS PORT FOLDER`` keeps each mail as a file."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.lab.keeper import join
from tests.lab.mail import PART, TO, WHOLE


class Box:
    """A folder of mails, each complete or not there at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """Keep a mail."""
        content = envelope.content
        body = content if isinstance(content, bytes) else str(content).encode()
        part = self.folder / f"{time.time_ns()}{PART}"
        part.write_bytes(f"{TO}: {', '.join(envelope.rcpt_tos)}\r\n".encode() + body)
        part.rename(part.with_suffix(WHOLE))
        return "250 Kept"


async def serve(address: str, port: int, folder: Path) -> None:
    """Take mails until the process is ended.

    Raises:
        OSError: the port is taken.
    """
    box = Box(folder)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, hostname="mail.lab.test"), address, port)
    async with server:
        await server.serve_forever()


def main(group: str, address: str, port: str, folder: str) -> None:
    """Join the control group by which the lab ends this process, then serve."""
    join(Path(group))
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(address, int(port), Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
