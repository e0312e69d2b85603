"""What a lab has made, written down before it is made, so that it can always be undone."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from tests.lab.machine import LabError

VERSION = 1


class Part(Protocol):
    """Something the lab makes in this machine's kernel or file system, outside its own folder."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Enough to find it again, also in another process."""

    def exists(self) -> bool:
        """Say whether something of this name is there, whoever made it."""

    def make(self) -> None:
        """Make it."""

    def remove(self) -> None:
        """Remove it, whole or half made or already gone."""


@dataclass(frozen=True, slots=True)
class HostPlan:
    """A host to be made; sizes are in MiB and bound what it can write."""

    name: str
    suite: str
    ifupdown: bool = False
    """Configured as Debian's installer leaves it; otherwise by systemd-networkd."""
    root_mib: int = 8192
    data_mib: int = 512
    packages: tuple[str, ...] = ()
    """What its base system has beyond the usual."""


@dataclass(slots=True)
class State:
    """A lab's memory: one JSON file, replaced as a whole at every change."""

    file: Path
    tag: str
    """What the names of everything it makes begin with."""
    boot: str
    """The boot of this machine in which the parts were made; none of them outlives it."""
    network: str
    name_servers: list[str]
    hosts: list[HostPlan] = field(default_factory=list)
    made: list[tuple[str, str]] = field(default_factory=list)
    """Kind and name of every part, oldest first."""
    complete: bool = False
    """Whether ``up`` came to its end."""

    def save(self) -> None:
        """Write it all, so that a crash leaves either the old or the new."""
        content = {key: value for key, value in asdict(self).items() if key != "file"}
        new = self.file.with_suffix(".new")
        with new.open("w") as stream:
            json.dump({"version": VERSION, **content}, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(self.file)

    def make(self, part: Part) -> None:
        """Make a part, having written it down.

        Raises:
            LabError: something of that name is there already, which is then not ours to remove.
        """
        if part.exists():
            raise LabError(f"There is a {part.kind} {part.name} already that this lab did not make; it is left alone.")
        self.made.append((part.kind, part.name))
        self.save()
        part.make()

    def forget(self, kind: str, name: str) -> None:
        """Strike out a part that is gone."""
        self.made.remove((kind, name))
        self.save()


def load_state(file: Path) -> State | None:
    """Read a lab's memory; None when there is no lab.

    Raises:
        LabError: the file cannot be understood.
    """
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text())
        if content.pop("version") != VERSION:
            raise LabError(f"{file} was written by another version of the lab; take it down with that one.")
        hosts = [HostPlan(**{**one, "packages": tuple(one["packages"])}) for one in content.pop("hosts")]
        made = [(str(kind), str(name)) for kind, name in content.pop("made")]
        return State(file=file, hosts=hosts, made=made, **content)
    except (KeyError, TypeError, ValueError) as error:
        raise LabError(f"{file} is damaged ({error}), so it does not say what the lab has made.") from error
