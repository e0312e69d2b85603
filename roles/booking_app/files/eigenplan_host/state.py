"""What is deployed in which slot, kept in one file that is replaced as a whole."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import LIVE


@dataclass(frozen=True, slots=True)
class Deployed:
    """A version together with its settings: ``image`` is Docker's id, ``config`` the fingerprint of all settings.

    ``since``: epoch seconds of when it was put in its place. ``database``: the kind that it keeps bookings in; empty
    where an older version has noted it.
    """

    release: str
    image: str
    config: str
    schema: int
    since: int = 0
    database: str = ""

    def is_same(self, other: Deployed | None) -> bool:
        """Whether both would run the same program with the same settings."""
        return other is not None and (self.image, self.config) == (other.image, other.config)


@dataclass(frozen=True, slots=True)
class State:
    """``active`` is the slot that serves after a reboot, empty before the first installation has ended."""

    active: str = ""
    web: dict[str, Deployed] = field(default_factory=dict)
    worker: Deployed | None = None
    previous: Deployed | None = None
    administrator_asked: bool = False
    live: Deployed | None = None

    @property
    def serving(self) -> Deployed | None:
        """What the active slot runs."""
        return self.web.get(self.active)

    def with_slot(self, slot: str, deployed: Deployed) -> State:
        """Return the state in which a slot holds something else."""
        return replace(self, web={**self.web, slot: deployed})

    def single(self, service: str) -> Deployed | None:
        """Return what a service of which there is one runs."""
        return self.live if service == LIVE else self.worker

    def with_single(self, service: str, deployed: Deployed | None) -> State:
        """Return the state in which such a service runs something else, or nothing."""
        return replace(self, live=deployed) if service == LIVE else replace(self, worker=deployed)


def load_state(folder: Path) -> State:
    """Return what is known; an empty state where nothing was installed yet.

    Raises:
        RefusedError: the file is there and cannot be read.
    """
    path = folder / "state.json"
    try:
        given = json.loads(path.read_text("utf-8"))
        return _state(given)
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RefusedError(
            f"{path} cannot be read ({error}). Move it away and run the playbook again; the data is elsewhere."
        ) from error


def _state(given: dict[str, Any]) -> State:
    return State(
        given["active"],
        {slot: Deployed(**one) for slot, one in given["web"].items()},
        _deployed(given["worker"]),
        _deployed(given["previous"]),
        given["administrator_asked"],
        _deployed(given.get("live")),  # an older version has not noted it
    )


def _deployed(given: dict[str, Any] | None) -> Deployed | None:
    return Deployed(**given) if given else None


def save_state(folder: Path, state: State) -> None:
    """Replace the file; after a crash there is the old one or the new one, never half of one."""
    write_whole(folder / "state.json", json.dumps(asdict(state), indent=2) + "\n")


def note_state(folder: Path, state: State) -> State:
    """Replace the file within an update, and return what it holds now.

    Raises:
        FailedError: it cannot be written.
    """
    try:
        save_state(folder, state)
    except OSError as error:
        raise FailedError(f"{folder} cannot be written: {error.strerror}") from error
    return state


def write_whole(path: Path, text: str) -> None:
    """Replace a file as a whole and have it on the disk before going on."""
    fresh = path.with_suffix(f".{os.getpid()}.new")  # of our own: two commands may write at the same time
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
