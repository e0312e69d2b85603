"""A site on a host of the lab, as tests look at it: installed by the playbooks, visited by a client in the network."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import yaml

from tests.lab.host import Host
from tests.lab.inventory import GROUP, Target, site_name, write_inventory
from tests.lab.lab import Lab
from tests.lab.load import Outcome, Plan
from tests.lab.machine import run
from tests.lab.playbook import ROOT, Player

INSIDE = Path(__file__).parent / "inside"
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
"""Where Caddy keeps the certificate of the authority that it makes for itself."""

ASK = """
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[2])
urllib.request.urlopen(sys.argv[1], timeout=5, context=context).read()
"""
LOAD_SECONDS = 1700.0


@dataclass(slots=True)
class Site:
    """One host, with an inventory of its own, so that tests may change what stands there."""

    lab: Lab
    host: Host
    folder: Path
    player: Player
    name: str
    """What its inventory calls the host."""
    domain: str = ""
    """What visitors call it; empty: as its inventory does."""
    ids: dict[str, object] = field(default_factory=dict)
    mail_password: str = field(default_factory=lambda: f"Relay-{secrets.token_hex(12)}")
    vault_password: str = field(default_factory=lambda: f"Vault-{secrets.token_hex(12)}")

    @property
    def vault_key(self) -> Path:
        """The file that holds the password of its inventory's vault."""
        return self.folder / "vault-password"

    @property
    def url(self) -> str:
        """Where visitors find it."""
        return f"https://{self.domain or site_name(self.host.plan.name)}"

    def change_inventory(self, **values: object) -> None:
        """Write the inventory anew: the lab's own values, and these; None leaves one out."""
        given = yaml.safe_load((self.lab.folder.inventory / "group_vars" / f"{GROUP}.yml").read_text())
        chosen = {key: value for key, value in {**given, **values}.items() if value is not None}
        target = Target(self.host.plan.name, self.host.address)
        write_inventory(self.player.inventory, [target], chosen)

    def inside(self, script: str) -> dict[str, object]:
        """Run one of our programs in the site's own container and return what it says.

        Raises:
            AssertionError: it failed.
        """
        text = (INSIDE / f"{script}.py").read_text()
        done = self.host.run("docker", "exec", "--interactive", "eigenplan-worker", "python3", "-", given=text)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def authority(self) -> Path:
        """Return a copy of the certificate that vouches for the site's."""
        copy = self.folder / "authority.crt"
        done = self.host.run("cat", AUTHORITY)
        assert done.returncode == 0, done.stderr
        copy.write_text(done.stdout)
        return copy

    def plan(self, requests: int, **more: object) -> Plan:
        """Return what visitors are to do, on a service made for them."""
        self.ids = self.ids or self.inside("fill")
        values: Mapping[str, object] = {**self.ids, "authority": str(self.authority()), "requests": requests, **more}
        return Plan(origin=self.url, **values)  # type: ignore[arg-type]  # by its fields' names

    def visit(self, plan: Plan) -> Outcome:
        """Let visitors come from the client's place in the network; returns when they have gone."""
        with self.visitors(plan) as crowd:
            return crowd.outcome()

    @contextmanager
    def called(self, domain: str) -> Iterator[None]:
        """Let visitors come under another name."""
        before, self.domain = self.domain, domain
        try:
            yield
        finally:
            self.domain = before

    @contextmanager
    def visitors(self, plan: Plan) -> Iterator[Crowd]:
        """Let visitors come while something else is done; they go when ``plan.until`` is there."""
        words = ["ip", "netns", "exec", self.lab.client.name, sys.executable, "-m", "tests.lab.load"]
        pipe = subprocess.PIPE
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        with subprocess.Popen(
            words, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
        ) as process:
            try:
                assert process.stdin is not None
                process.stdin.write(json.dumps(asdict(plan)))
                process.stdin.close()
                process.stdin = None
                yield Crowd(process)
            finally:
                process.kill()

    def answers(self) -> bool:
        """Say whether a client in the network gets a page of the site, by a certificate that is to be trusted."""
        words = [sys.executable, "-c", ASK, self.url, str(self.folder / "authority.crt")]
        return self.lab.client.run(*words, seconds=30.0).returncode == 0

    def confirmed(self) -> list[str]:
        """Return the email addresses of all confirmed bookings.

        Raises:
            AssertionError: the database does not keep its promises.
        """
        found = self.inside("bookings")
        assert found["troubles"] == []
        confirmed = found["confirmed"]
        assert isinstance(confirmed, list)
        return confirmed


@dataclass(frozen=True, slots=True)
class Crowd:
    """Visitors on their way."""

    process: subprocess.Popen[str]

    def outcome(self) -> Outcome:
        """Wait until they have gone; returns how it went.

        Raises:
            AssertionError: they could not even begin.
        """
        said, complained = self.process.communicate(timeout=LOAD_SECONDS)
        assert self.process.returncode == 0, complained
        return Outcome(**json.loads(said))


def new_site(lab: Lab, host: Host, folder: Path, **values: object) -> Site:
    """Return the site-to-be of a host, with an inventory of its own in a folder; its mail password is in a vault."""
    player = Player(folder / "inventory")
    site = Site(lab, host, folder, player, host.plan.name)
    site.change_inventory(**values)
    write_vault(site)
    return site


def write_vault(site: Site, **values: str) -> None:
    """Add a password for the mail relay, encrypted, with other values; tell Ansible where the vault's password is."""
    site.vault_key.write_text(f"{site.vault_password}\n")
    program = str(Path(sys.executable).with_name("ansible-vault"))
    words = [
        program,
        "encrypt_string",
        "--vault-password-file",
        str(site.vault_key),
        "--stdin-name",
        "site_mail_password",
    ]
    encrypted = run(*words, given=site.mail_password)
    more = "".join(f"{name}: {value}\n" for name, value in values.items())
    (site.player.inventory / "group_vars" / "all.yml").write_text(f"---\nsite_mail_user: lab\n{more}{encrypted}")
    site.player.options = ["--vault-password-file", str(site.vault_key)]


def files_changed_since(root: Path, moment: float) -> list[str]:
    """Return the files of a host's tree that were changed after a moment, but for logs and caches."""
    found = run("find", str(root), "-xdev", "-type", "f", "-newerct", f"@{moment}", "-printf", "%P\\n").splitlines()
    return sorted(one for one in found if not one.startswith(PASSING))


PASSING = (
    "run/",
    "tmp/",
    "var/tmp/",
    "root/.ansible/",
    "var/log/",
    "var/cache/apt/",
    "var/lib/apt/",
    "var/lib/systemd/",
)
"""What a host changes by itself, or Ansible while it looks."""
