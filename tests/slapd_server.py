"""A real directory: slapd of Debian's package on the loopback address, with a certificate of its own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.integrations.ldap.values import LdapSettings

SLAPD, SLAPADD, LDAPMODIFY = Path("/usr/sbin/slapd"), Path("/usr/sbin/slapadd"), Path("/usr/bin/ldapmodify")
BASE = "dc=example,dc=org"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "the reader's password"
PASSWORD = "a password of the directory"
WAIT_SECONDS = 20.0
CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/pid
TLSCACertificateFile {certificate}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {certificate}
disallow bind_anon
database mdb
maxsize 10485760
suffix "{base}"
rootdn "cn=root,{base}"
rootpw root
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""
ENTRIES = """dn: {base}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

dn: {reader}
objectClass: person
cn: reader
sn: reader
userPassword: {reader_password}
"""


def person(uid: str, name: str, mail: str | None = None) -> str:
    """Return the entry of a person, whose password all have."""
    return (
        f"dn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\nsn: {name}\n"
        f"mail: {mail or uid + '@example.org'}\nuserPassword: {PASSWORD}\n"
    )


def dn_of(uid: str) -> str:
    """Return the whole name of a person."""
    return f"uid={uid},ou=people,{BASE}"


def group_dn(name: str) -> str:
    """Return the whole name of a group."""
    return f"cn={name},ou=groups,{BASE}"


@dataclass
class Slapd:
    """A running directory."""

    folder: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    @property
    def settings(self) -> LdapSettings:
        """Return how it is asked: by StartTLS."""
        return LdapSettings(
            f"ldap://localhost:{self.port}",
            BASE,
            ca_file=str(self.folder / "certificate.pem"),
            bind_dn=READER,
            bind_password=READER_PASSWORD,
            seconds=3,
        )

    def change(self, ldif: str) -> None:
        """Change entries, as its administrator."""
        words = [str(LDAPMODIFY), "-x", "-H", f"ldap://127.0.0.1:{self.port}", "-D", f"cn=root,{BASE}", "-w", "root"]
        subprocess.run(words, input=ldif, text=True, check=True, capture_output=True)

    def add(self, entry: str) -> None:
        """Add an entry."""
        first, _, rest = entry.partition("\n")
        self.change(f"{first}\nchangetype: add\n{rest}")

    def remove(self, dn: str) -> None:
        """Remove an entry."""
        self.change(f"dn: {dn}\nchangetype: delete\n")

    def group(self, name: str, *uids: str) -> str:
        """Make a group of these people anew and return its whole name."""
        members = "".join(f"member: {dn_of(one)}\n" for one in uids)
        self.add(f"dn: {group_dn(name)}\nobjectClass: groupOfNames\ncn: {name}\n{members}")
        return group_dn(name)

    def stop(self) -> None:
        """End it, by its own number."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=WAIT_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


SlapdWith = Callable[[Sequence[str]], Slapd]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return int(first.getsockname()[1]), int(second.getsockname()[1])


def start_slapd(people: Sequence[str]) -> Slapd:
    """Start a directory with these entries of people.

    Raises:
        RuntimeError: it did not start.
    """
    from tests.integrations.mail_server import certificate

    folder = Path(tempfile.mkdtemp(prefix="eigenplan-slapd-"))
    (folder / "data").mkdir()
    config = folder / "slapd.conf"
    config.write_text(CONFIG.format(folder=folder, certificate=certificate(folder), base=BASE, reader=READER))
    entries = ENTRIES.format(base=BASE, reader=READER, reader_password=READER_PASSWORD)
    ldif = "\n".join([entries, *people])
    subprocess.run([SLAPADD, "-q", "-f", config], input=ldif, text=True, check=True, capture_output=True)
    port, tls_port = _free_ports()
    words = [str(SLAPD), "-f", str(config), "-h", f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}", "-d", "0"]
    with (folder / "log").open("wb") as log:
        server = Slapd(folder, port, tls_port, subprocess.Popen(words, stdout=log, stderr=log))
    _wait(server)
    return server


def _wait(server: Slapd) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.tls_port)) == 0:
                return
        time.sleep(0.05)
    log = (server.folder / "log").read_text(errors="replace")
    server.stop()
    raise RuntimeError(f"slapd did not start:\n{log}")
