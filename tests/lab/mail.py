"""The lab's mail relay, as the lab sees it: a process to start, and the mails that it has taken."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.lab.control_group import ControlGroup
from tests.lab.machine import LabError, run, wait_until

ROOT = Path(__file__).resolve().parents[2]
PORT = 1025
"""Not 25: a mail server of this machine's own may have that on all its addresses."""

TO = "X-Lab-To"
"""The header that says to whom the envelope was addressed."""

LOGIN = "X-Lab-Login"
"""The header that says by which name and password the host had signed in; ``nobody``: by none."""

PART, WHOLE = ".part", ".eml"
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class MailRelay:
    """Takes every mail that a host sends to it, on the machine's address in the lab's network; sends none on."""

    tag: str
    address: str
    folder: Path
    port: int = PORT

    @property
    def group(self) -> ControlGroup:
        """Its process."""
        return ControlGroup(f"eigenplan-lab-{self.tag}-mail")

    @property
    def certificate(self) -> Path:
        """Vouches for the relay and for itself; hosts have to be told of it."""
        return self.folder / "lab-relay.crt"

    @property
    def key(self) -> Path:
        """The certificate's key."""
        return self.folder / "lab-relay.key"

    @property
    def log(self) -> Path:
        """What the process has complained of."""
        return self.folder / "log"

    def start(self) -> None:
        """Start the process in its control group, which has to be made before.

        Raises:
            LabError: it does not take connections.
        """
        self.folder.mkdir()
        self.make_certificate()
        words = [sys.executable, "-m", "tests.lab.relay", str(self.group.path), self.address, str(self.port)]
        with self.log.open("ab") as log:  # setsid lets go of it, as it is to outlive us
            subprocess.run(
                ["setsid", "--fork", *words, str(self.folder)],
                cwd=ROOT,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )
        try:
            wait_until(self.answers, START_SECONDS, "The lab's mail relay does not start")
        except LabError as error:
            raise LabError(f"{error}: {self.log.read_text().strip()[-300:]}") from error

    def make_certificate(self) -> None:
        """Make a certificate for the relay's address, as strict as Python 3.13 wants it."""
        names = ["-subj", "/CN=Mail relay of the lab", "-addext", f"subjectAltName=IP:{self.address}"]
        usage = ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
        files = ["-keyout", str(self.key), "-out", str(self.certificate)]
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365"]
        run("openssl", "req", "-x509", *kind, *names, *usage, *files)

    def answers(self) -> bool:
        """Say whether it takes connections."""
        with suppress(OSError), socket.create_connection((self.address, self.port), 1.0):
            return True
        return False

    def mails(self) -> list[EmailMessage]:
        """Return all mails that it has taken, oldest first."""
        files = sorted(self.folder.glob(f"*{WHOLE}"))
        return [message_from_bytes(one.read_bytes(), EmailMessage, policy=policy.default) for one in files]
