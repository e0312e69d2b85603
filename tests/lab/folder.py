"""Where a lab keeps its files, and the lock that lets only one command at a time change it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.machine import LabError

OWN = "eigenplan"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return where base systems are kept (XDG base directories)."""
    return _base(environ, "XDG_CACHE_HOME", ".cache") / OWN / "lab"


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return where a running lab keeps its files (XDG base directories)."""
    return _base(environ, "XDG_STATE_HOME", ".local/state") / OWN / "lab"


def _base(environ: Mapping[str, str], name: str, default: str) -> Path:
    given = Path(environ.get(name, ""))
    return given if given.is_absolute() else Path.home() / default  # the standard: relative ones are ignored


@dataclass(frozen=True, slots=True)
class LabFolder:
    """A lab's folder; it is there exactly while the lab is."""

    path: Path

    @property
    def state(self) -> Path:
        """The lab's memory."""
        return self.path / "state.json"

    @property
    def key(self) -> Path:
        """The private key for SSH, made for this lab alone."""
        return self.path / "ssh-key"

    @property
    def ssh_config(self) -> Path:
        """For ``ssh -F``: every host by its name."""
        return self.path / "ssh-config"

    @property
    def known_hosts(self) -> Path:
        """The hosts' own keys."""
        return self.path / "known-hosts"

    @property
    def inventory(self) -> Path:
        """For Ansible: the hosts, and what an operator would have decided about them."""
        return self.path / "inventory"

    @property
    def sockets(self) -> Path:
        """Where Ansible keeps the sockets of its connections: they must not outlive this lab's hosts."""
        return self.path / "cp"

    @property
    def mails(self) -> Path:
        """What the lab's relay has taken."""
        return self.path / "mails"

    def host(self, name: str) -> Path:
        """Return the folder of a host."""
        return self.path / "hosts" / name

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def remove(self) -> None:
        """Remove all of it; every mount in it has to be gone."""
        shutil.rmtree(self.path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other commands from changing this lab meanwhile.

        Raises:
            LabError: another command is at it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.path.parent, wait=False):
            yield


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock of a folder; the lock ends with the process, however that ends.

    Raises:
        LabError: another process holds it, and we are not to wait.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    except BlockingIOError as error:
        raise LabError("Another lab command is at work here; wait until it has ended.") from error
    finally:
        os.close(handle)
