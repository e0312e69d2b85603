"""Trying rules, confirming them, rolling them back."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from .connection import Connection
from .kernel import FirewallError, Kernel, rehearse
from .timer import Timer

GRACE_SECONDS = 10.0
"""How long after its end a trial still belongs to its timer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and when (in seconds since boot)."""

    connection: Connection | None
    now: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Rules that are in the kernel and not confirmed yet. Times are in seconds since boot."""

    id: str
    begun: float
    seconds: int
    connection: str
    """The SSH connection that tried them; empty: none."""

    def left(self, now: float) -> float:
        """Return for how long it may still be confirmed; negative when it is over."""
        return self.begun + self.seconds - now


@dataclass(frozen=True, slots=True)
class Status:
    """What is loaded, compared with what was confirmed."""

    loaded: bool
    confirmed: bool
    as_confirmed: bool
    on_trial: str
    """The id of the rules on trial; empty: none are."""
    seconds_left: int


@dataclass(frozen=True, slots=True)
class Firewall:
    """The rules of one host: the confirmed ones in a file, those on trial in a folder that a reboot empties."""

    confirmed: Path
    folder: Path
    kernel: Kernel
    timer: Timer

    @property
    def _tried(self) -> Path:
        return self.folder / "tried.nft"

    @property
    def _note(self) -> Path:
        return self.folder / "trial.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let nobody else try, confirm or roll back meanwhile; each of these ends within seconds."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def trial(self) -> Trial | None:
        """Return what is on trial; None: nothing."""
        try:
            return Trial(**json.loads(self._note.read_text()))
        except FileNotFoundError:
            return None

    def try_rules(self, file: Path, seconds: int, caller: Caller) -> Trial:
        """Load rules into the kernel for a while.

        Raises:
            FirewallError: others are on trial, the rules or the way back cannot be loaded; the rules before are in
                force then, or the timer is still armed.
        """
        with self._alone():
            self._refuse_second(caller.now)
            text = file.read_bytes()
            self._check(file)
            name = caller.connection.name if caller.connection else ""
            trial = Trial(secrets.token_hex(4), caller.now, seconds, name)
            write_durably(self._tried, text)
            write_durably(self._note, json.dumps(asdict(trial)).encode())
            self._begin(trial)
            return trial

    def _begin(self, trial: Trial) -> None:
        try:
            self.timer.start(trial.id, trial.seconds)  # first: whatever becomes of us then, it leads back
        except FirewallError:
            self._forget(trial)
            raise
        try:
            self.kernel.load(self._tried)
        except FirewallError as error:
            self._lead_back(trial, error)
            raise

    def _lead_back(self, trial: Trial, error: FirewallError) -> None:
        """Put back what was in force, as a load that took too long may have succeeded; until then the timer stays."""
        try:
            self._put_back(trial)
        except FirewallError as second:
            trouble = f"The rules before could not be put back either; it is tried again in {trial.seconds} s."
            raise FirewallError(f"{error} {trouble} {second}") from error

    def _refuse_second(self, now: float) -> None:
        other = self.trial()
        if other is None:
            return
        left = other.left(now)
        if left > -GRACE_SECONDS:
            ways = f"confirm them, roll them back, or wait {max(left, 1):.0f} s"
            raise FirewallError(f"Rules are on trial already (id {other.id}): {ways}.")
        self._put_back(other)  # its timer is gone: whoever tried was killed before arming it

    def _check(self, file: Path) -> None:
        self.kernel.check(file)
        rehearse(file)
        if not self.confirmed.exists():
            return
        try:
            self.kernel.check(self.confirmed)
        except FirewallError as error:
            trouble = f"There would be no way back, as {self.confirmed} cannot be loaded any more; mend or remove it."
            raise FirewallError(f"{trouble} {error}") from error

    def confirm(self, trial_id: str, caller: Caller) -> None:
        """Keep the rules on trial: write them down for the next boot.

        Raises:
            FirewallError: they are not on trial any more, or nothing proves that they let anybody in.
        """
        with self._alone():
            trial = self.trial()
            if trial is None or trial.id != trial_id:
                raise FirewallError(
                    f"No rules with the id {trial_id} are on trial; they were rolled back, or confirmed before."
                )
            refuse_old_connection(trial, caller.connection)
            write_durably(self.confirmed, self._tried.read_bytes())
            self._forget(trial)

    def rollback(self, trial_id: str | None = None) -> bool:
        """Put the confirmed rules back; where there are none, our table goes. Returns whether anything was on trial."""
        with self._alone():
            trial = self.trial()
            if trial is None or trial_id not in {None, trial.id}:
                return False
            self._put_back(trial)
            return True

    def _put_back(self, trial: Trial) -> None:
        if self.confirmed.exists():
            self.kernel.load(self.confirmed)
        else:
            self.kernel.remove()
        self._forget(trial)

    def _forget(self, trial: Trial) -> None:
        self._note.unlink(missing_ok=True)
        self._tried.unlink(missing_ok=True)
        self.timer.stop(trial.id)

    def status(self, now: float) -> Status:
        """Return what is loaded, compared with what was confirmed."""
        listing, trial = self.kernel.listing(), self.trial()
        wanted = rehearse(self.confirmed) if self.confirmed.exists() else ""
        return Status(
            loaded=bool(listing),
            confirmed=bool(wanted),
            as_confirmed=bool(listing) and listing == wanted,
            on_trial=trial.id if trial else "",
            seconds_left=max(0, round(trial.left(now))) if trial else 0,
        )


def refuse_old_connection(trial: Trial, now: Connection | None) -> None:
    """Refuse a confirmation that proves nothing: only a connection made under the new rules shows that they let one in.

    Who tried on the console may confirm there; no rule takes that way in away.

    Raises:
        FirewallError: it proves nothing.
    """
    if now is None and trial.connection:
        raise FirewallError("These rules were tried over SSH, so they are confirmed over SSH, by a new connection.")
    if now is not None and (now.name == trial.connection or now.began <= trial.begun):
        raise FirewallError("This SSH connection is older than the rules on trial; confirm them over a new one.")


def write_durably(file: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also after a loss of power; readable for its owner only."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
