"""Running playbooks on hosts of a lab, as ``./eigenplan deploy`` and plain Ansible do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 1800.0
POLL_SECONDS = 0.1
RECAP = re.compile(r"^(\S+)\s+: (ok=.*)$", re.MULTILINE)
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(.*?)\] \*+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """How a run went; ``output`` is all that it said."""

    status: int
    output: str
    seconds: float

    def recap(self, host: str) -> dict[str, int]:
        """Return the figures of Ansible's last lines for a host; empty when it did not get that far."""
        for name, figures in RECAP.findall(self.output):
            if name == host:
                return {key: int(value) for key, value in (one.split("=") for one in figures.split())}
        return {}

    @property
    def sentence(self) -> str:
        """What was said, on one line with single spaces, however it was wrapped."""
        return " ".join(self.output.split())

    @property
    def changes(self) -> list[str]:
        """The tasks that have changed something."""
        parts = TASK.split(self.output)[1:]
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [name for name, said in pairs if re.search("^changed: ", said, re.MULTILINE)]


@dataclass(slots=True)
class Player:
    """Runs playbooks of a checkout with an inventory and keeps what they said, for those who look for secrets in it."""

    inventory: Path
    checkout: Path = ROOT
    options: Sequence[str] = ()
    runs: list[Run] = field(default_factory=list)

    def play(self, playbook: str | Path, *options: str, **variables: object) -> Run:
        """Run a playbook (one of ``playbooks/`` by its name, any by its path) with Ansible to its end."""
        given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
        process, log, begun = self._start([*_ansible(self, playbook), *options, *given])
        return self._keep(process.wait(SECONDS), log, begun)

    def deploy(self, playbook: str, *options: str) -> Run:
        """Run a playbook by ``./eigenplan deploy``, which says in its own words how it went."""
        words = [sys.executable, "-m", "app.commands", "deploy", "--inventory", str(self.inventory)]
        process, log, begun = self._start([*words, "--playbook", playbook, *options, "--", *self.options])
        return self._keep(process.wait(SECONDS), log, begun)

    def play_until(
        self, words: str, act: Callable[[subprocess.Popen[bytes]], None], playbook: str | Path = "site"
    ) -> Run:
        """Run a playbook; as soon as it has said these words do something, then wait for its end.

        Raises:
            AssertionError: it ended without having said them.
        """
        process, log, begun = self._start(_ansible(self, playbook))
        while process.poll() is None and words not in log.read_text():
            time.sleep(POLL_SECONDS)
        assert words in log.read_text(), log.read_text()[-2000:]
        act(process)
        return self._keep(process.wait(SECONDS), log, begun)

    def _start(self, words: Sequence[str]) -> tuple[subprocess.Popen[bytes], Path, float]:
        log = self.inventory.parent / f"run-{len(self.runs) + 1}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                words,
                cwd=self.checkout,
                env={**os.environ, "ANSIBLE_NOCOLOR": "1", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return process, log, time.monotonic()

    def _keep(self, status: int, log: Path, begun: float) -> Run:
        run = Run(status, log.read_text(), time.monotonic() - begun)
        self.runs.append(run)
        return run


def _ansible(player: Player, playbook: str | Path) -> list[str]:
    file = playbook if isinstance(playbook, Path) else player.checkout / "playbooks" / f"{playbook}.yml"
    program = Path(sys.executable).with_name("ansible-playbook")
    return [str(program), "-i", str(player.inventory), str(file), *player.options]
