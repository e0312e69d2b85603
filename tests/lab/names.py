"""Names that a client knows: its own ``/etc/hosts``, which ``ip netns exec`` puts in the place of this machine's."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

NAMESPACES = Path("/etc/netns")


def hosts_lines(names: Mapping[str, str]) -> str:
    """Return the lines of ``/etc/hosts`` for names (one or more in one text) and their addresses."""
    return "".join(f"{address}\t{name}\n" for name, address in names.items())


@dataclass(frozen=True, slots=True)
class Names:
    """The file of one network namespace."""

    kind: ClassVar[str] = "names"
    name: str
    """The namespace's."""
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where ip-netns(8) looks for it."""
        return NAMESPACES / self.name / "hosts"

    def exists(self) -> bool:
        """Say whether a namespace of this name has files already."""
        return self.file.parent.exists()

    def make(self) -> None:
        """Write the file."""
        self.file.parent.mkdir(parents=True)
        self.file.write_text("127.0.0.1\tlocalhost\n" + hosts_lines(self.known))

    def remove(self) -> None:
        """Remove it; the folder of all such files goes with the last one."""
        self.file.unlink(missing_ok=True)
        with suppress(OSError):  # not there, or somebody else's files are in it
            self.file.parent.rmdir()
            NAMESPACES.rmdir()
