"""SSH into hosts, by a key that is made for one lab and ends with it."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.lab.folder import LabFolder
from tests.lab.machine import ask, run

CONNECT_SECONDS = 5
HOST_KEY = "etc/ssh/ssh_host_ed25519_key.pub"


def make_key(folder: LabFolder) -> str:
    """Make the lab's key (ssh-keygen writes it for its owner alone); returns its public half."""
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "eigenplan-lab", "-f", str(folder.key))
    return folder.key.with_suffix(".pub").read_text()


def ssh_config(folder: LabFolder, addresses: dict[str, str]) -> str:
    """Return the file for ``ssh -F``: only this lab's key, only the host keys that the lab itself made."""
    common = [
        "User root",
        f"IdentityFile {folder.key}",
        "IdentitiesOnly yes",
        f"UserKnownHostsFile {folder.known_hosts}",
        "GlobalKnownHostsFile /dev/null",
        "StrictHostKeyChecking yes",
        f"ConnectTimeout {CONNECT_SECONDS}",
        "ServerAliveInterval 5",
        "ServerAliveCountMax 3",
        "LogLevel ERROR",
    ]
    stanzas = [f"Host {name}\n    HostName {address}\n" for name, address in addresses.items()]
    return "".join(stanzas) + "Host *\n" + "".join(f"    {line}\n" for line in common)


def know_host(folder: LabFolder, address: str, root: Path) -> None:
    """Note a host's own key, read from its tree, so that nobody has to trust it at first sight."""
    kind, key, *_ = (root / HOST_KEY).read_text().split()
    with folder.known_hosts.open("a") as stream:
        stream.write(f"{address} {kind} {key}\n")


def ssh_words(folder: LabFolder, name: str) -> list[str]:
    """Return the command that opens a shell in a host."""
    return ["ssh", "-F", str(folder.ssh_config), name]


def ssh_run(
    folder: LabFolder, name: str, words: Sequence[str], given: str = "", seconds: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run a command in a host; 255 means that SSH itself failed."""
    return ask([*ssh_words(folder, name), "--", shlex.join(words)], given, seconds)
