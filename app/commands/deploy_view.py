"""What people see of a run: one line that lives, one line for each role that is done, a summary in words."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator

import click

from app.commands.deploy_events import HostRun, Run

LOOKED = {
    "validate": "its part of the inventory is right",
    "preflight": "it can take the site",
    "verify": "the site does what was promised",
}
"""What a good end means where a playbook only looks."""
QUIET = ("site",)
"""Roles without a line of their own."""
FEW = 12
"""So many changes are told one by one; of more only how many each role made."""


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(number: int, word: str) -> str:
    """Return ``1 step`` or ``2 steps``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class View:
    """Shows a run while it goes on; ``clock`` gives seconds that never go back."""

    def __init__(self, run: Run, *, live: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._live = sys.stderr.isatty() if live is None else live
        self._clock = clock
        self._begun = clock()
        self._part: tuple[str, float, int, int] | None = None

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return self._clock() - self._begun

    def refresh(self) -> None:
        """Show what is new; called after events, and every second."""
        if not self._run.task:  # before the first play Ansible may ask for passwords
            return
        if self._part is None or self._part[0] != self._run.role:
            self.close_part()
            self._part = (self._run.role, self._clock(), self._run.steps, self._run.changed)
        if self._live:
            self._draw(self._line())

    def close_part(self) -> None:
        """End the line of the role that was at work."""
        if self._live:
            self._draw("")
        if self._part is None:
            return
        role, begun, steps, changed = self._part
        steps, changed = self._run.steps - steps, self._run.changed - changed
        if role and steps and role not in QUIET:
            self._say(f"  · {role}: {counted(steps, 'step')}, {changed} changed ({duration(self._clock() - begun)})")
        self._part = None

    def _line(self) -> str:
        run = self._run
        where = f"{run.role}: {run.task}" if run.role else run.task
        return f"  … {where} · {counted(run.steps, 'step')}, {run.changed} changed · {duration(self.seconds)}"

    def _draw(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        click.echo(f"\r\x1b[K{line[:width]}", nl=False, err=True, color=True)

    def _say(self, line: str) -> None:
        click.echo(line, err=True)


def summarise(run: Run, seconds: float, playbook: str, *, only_looked: bool = False) -> Iterator[str]:
    """Yield the lines of the closing summary; of hosts that failed only what a look at them found."""
    for host in run.hosts.values():
        if not host.has_failed:
            what = LOOKED.get(playbook) or _what_changed(host.changed.total(), only_looked=only_looked)
            yield f"{host.name}: {what}; {counted(host.steps, 'step')} in {duration(seconds)}."
            yield from (f"  {line}" for line in _changes(host, only_looked=only_looked))
        if playbook in LOOKED or not host.has_failed:
            yield from (f"  {line}" for text in host.said for line in text.splitlines())


def _what_changed(number: int, *, only_looked: bool) -> str:
    if only_looked:
        return f"{counted(number, 'thing') if number else 'nothing'} would be changed"
    return f"{counted(number, 'thing')} changed" if number else "nothing had to be changed"


def _changes(host: HostRun, *, only_looked: bool) -> list[str]:
    if only_looked or len(host.tasks) <= FEW:
        return host.tasks
    return [f"by role: {', '.join(f'{role} {count}' for role, count in host.changed.items())}"]
