"""What can be done to a host: images, containers, units. ``docker_host.py`` does it; tests have a host of threads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Facts:
    """What a container does now. ``restarts``: how often Docker had to start it again. ``since``: ISO 8601, UTC."""

    running: bool = False
    restarts: int = 0
    image: str = ""
    since: str = ""

    @property
    def is_steady(self) -> bool:
        """Whether it runs and has never ended by itself."""
        return self.running and self.restarts == 0


@dataclass(frozen=True, slots=True)
class Copying:
    """Where everything is copied from and to, as addresses of databases.

    ``as_owner``: by the account that owns PostgreSQL's tables. ``folder``: what the container finds at ``/mnt``.
    """

    source: str
    target: str
    as_owner: bool = False
    folder: str = ""


class Host(Protocol):
    """A service is ``web-a``, ``web-b``, ``worker`` or ``live``; an image is a tag of ours or an id.

    Everything raises ``FailedError`` with a sentence when the host refuses.
    """

    def image_id(self, image: str) -> str:
        """Return Docker's id of an image; empty when there is none."""
        ...

    def tag(self, image: str, name: str) -> None:
        """Give an image another name of ours (``slot-a`` …)."""
        ...

    def schema_of(self, image: str) -> int:
        """Return the number of the database's schema that an image needs."""
        ...

    def options_of(self, image: str) -> set[str]:
        """Return the names of the options that an image knows; none where it is from before it told them."""
        ...

    def migrate(self, name: str) -> None:
        """Bring the database to the schema of the image of this name, by the account that owns the tables."""
        ...

    def copy_database(self, copying: Copying) -> str:
        """Copy everything from one database into another one, which is empty; return what was said of it."""
        ...

    def run_at_terminal(self, words: Sequence[str], folder: Path) -> int:
        """Run a command of the application at this terminal, in a folder that it may write to; return its status."""
        ...

    def prepare(self, service: str) -> None:
        """Make the container of a service anew, stopped, from its image and the present settings."""
        ...

    def start(self, service: str) -> None:
        """Start the unit of a service."""
        ...

    def stop(self, service: str) -> None:
        """Stop the unit of a service; requests and letters in hand are ended first."""
        ...

    def start_container(self, service: str) -> None:
        """Start a container as it was made last; make it where it is gone. For the units."""
        ...

    def stop_container(self, service: str) -> None:
        """End a container after what it has in hand; one that is not there is fine. For the units."""
        ...

    def enable(self, service: str, wanted: bool) -> None:
        """Let a service start with the host, or not."""
        ...

    def facts(self, service: str) -> Facts:
        """Return what the container of a service does now."""
        ...

    def complaint(self, service: str) -> str:
        """Return the last lines that a service has logged."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        ...

    def clock(self) -> float:
        """Return a time that only grows, in seconds."""
        ...
