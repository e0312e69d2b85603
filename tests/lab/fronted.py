"""A host with nothing but Caddy on it, and a second Caddy that plays the authority of certificates (ACME, RFC 8555)."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.host import Host
from tests.lab.lab import Lab
from tests.lab.machine import wait_until
from tests.lab.playbook import Player, Run

PLAY = """---
- name: Put Caddy on a host
  hosts: eigenplan
  become: true
  roles: [reverse_proxy]
"""
NAMES = ("authority.lab.test", "one.lab.test", "two.lab.test")
AUTHORITY = """{
	admin off
	storage file_system /srv/authority
	skip_install_trust
	auto_https disable_redirects
	http_port 8880
	https_port 9443
	pki {
		ca local {
			name "Lab authority"
			root_cn "Lab authority"
			intermediate_cn "Lab issuer"
		}
	}
}
https://authority.lab.test:9443 {
	tls internal
	acme_server
}
"""
DIRECTORY = "https://authority.lab.test:9443/acme/local/directory"
ROOT = "/srv/authority/pki/authorities/local/root.crt"
ISSUER = re.compile(r"^issuer=.*CN ?= ?([^,\n]+)", re.MULTILINE)
SERIAL = re.compile(r"^serial=(\w+)", re.MULTILINE)


@dataclass(slots=True)
class Fronted:
    """The host, and how the role is run on it."""

    lab: Lab
    host: Host
    player: Player
    folder: Path

    @property
    def name(self) -> str:
        """The name of the site in the lab's inventory."""
        return f"{self.host.plan.name}.lab.test"

    def play(self, *options: str, **variables: object) -> Run:
        """Run the role."""
        file = self.folder / "reverse_proxy.yml"
        file.write_text(PLAY)
        return self.player.play(file, *options, "-e", json.dumps(variables))

    def changed(self, run: Run) -> int:
        """Return how many tasks of a run that went well have changed something."""
        assert run.status == 0, run.output
        return run.recap(self.host.plan.name)["changed"]

    def say(self, *words: str, given: str = "") -> str:
        """Run a command in the host that has to succeed; returns what it says."""
        done = self.host.run(*words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def issuer(self, name: str) -> str:
        """Return who has issued the certificate that a client gets for a name; empty when it gets none."""
        return "".join(ISSUER.findall(self._certificate(name)))

    def serial(self, name: str) -> str:
        """Return the number of that certificate."""
        return "".join(SERIAL.findall(self._certificate(name)))

    def _certificate(self, name: str) -> str:
        address = f"{self.host.address}:443"
        shown = self.lab.client.run("openssl", "s_client", "-connect", address, "-servername", name, given="Q\n").stdout
        read = ["openssl", "x509", "-noout", "-issuer", "-serial"]
        return subprocess.run(read, input=shown, capture_output=True, text=True, check=False).stdout

    def start_authority(self) -> Path:
        """Start the second Caddy in the host; returns the path of its root certificate on this machine."""
        self.say("sh", "-c", f"echo '{self.host.address} {' '.join(NAMES)}' >> /etc/hosts")
        self.say("mkdir", "-p", "/srv/authority")
        self.say("tee", "/srv/authority/Caddyfile", given=AUTHORITY)
        words = ["caddy", "run", "--adapter", "caddyfile", "--config", "/srv/authority/Caddyfile"]
        self.say("systemd-run", "--unit=authority", "--setenv=HOME=/srv/authority", *words)
        wait_until(lambda: self.host.run("test", "-s", ROOT).returncode == 0, 30, "the authority does not start")
        copy = self.folder / "root.pem"
        copy.write_text(self.say("cat", ROOT) + "\n")
        return copy

    def make_pair(self, name: str, *more: str) -> dict[str, str]:
        """Return a new certificate of a name and its key, as the role's variables."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        words: Sequence[str] = (
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        )
        words = [*words, "-keyout", str(key), "-out", str(certificate), "-days", "30", "-subj", f"/CN=given for {name}"]
        words += ["-addext", f"subjectAltName=DNS:{name}", *more]
        subprocess.run(words, check=True, capture_output=True)
        return {"site_tls_certificate": str(certificate), "site_tls_key": str(key)}
