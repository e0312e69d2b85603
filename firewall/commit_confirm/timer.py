"""Who rolls back when nobody confirms."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from .kernel import FirewallError, run


class Timer(Protocol):
    """What calls ``rollback`` later, whatever becomes of us."""

    def start(self, trial: str, seconds: int) -> None:
        """Arm it."""

    def stop(self, trial: str) -> None:
        """Disarm it; one that is not armed is fine."""


@dataclass(frozen=True, slots=True)
class SystemdTimer:
    """A transient timer of systemd: it survives us and our connection, and a reboot forgets it."""

    program: str
    """The whole path of the program that it calls."""

    def start(self, trial: str, seconds: int) -> None:
        """Arm it; the program is called again until it succeeds."""
        timing = [f"--on-active={seconds}s", "--timer-property=AccuracySec=100ms"]
        # More often than five times in ten seconds systemd gives up.
        again = ["--property=Restart=on-failure", "--property=RestartSec=3s"]
        calls = [self.program, "rollback", trial]
        run("systemd-run", "--quiet", "--collect", f"--unit={_unit(trial)}", *timing, *again, "--", *calls)

    def stop(self, trial: str) -> None:
        """Disarm it."""
        with suppress(FirewallError):  # it is gone when it has called us, and finds nothing to do when it is not
            run("systemctl", "--quiet", "stop", f"{_unit(trial)}.timer")


def _unit(trial: str) -> str:
    return f"eigenplan-firewall-rollback-{trial}"
