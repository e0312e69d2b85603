"""What a run of Ansible tells (by ``playbooks/callback_plugins/eigenplan_events.py``), and what we make of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BY_SSH = re.compile(r".*?(?:over|via) ssh: ", re.DOTALL)
"""What Ansible says before it says what SSH said."""
NOT_LET_IN = {
    "Host key verification failed": "this machine does not know its SSH key, or knows another one. Sign in there once "
    "by ssh, compare the fingerprint that it shows with the host's own, and start again.",
    "Permission denied (": "it accepts no key of yours. Put the right one there by ssh-copy-id; where it has a "
    "passphrase, ssh-add it to a running ssh-agent; then start again.",
}
"""What SSH says where somebody has to do something first: it cannot ask, as Ansible's has no terminal."""
FAILED = ("failed", "unreachable")
BROKEN = "Task failed"
"""What Ansible says first where a task itself could not be worked out."""
OF_ALL = "eigenplan_validate"
"""The action that speaks for all hosts at once."""
TELLING = ("assert", "fail", "eigenplan_preflight")
"""Actions whose message says everything; of others it takes the task's name to understand it."""


@dataclass(slots=True)
class HostRun:
    """What became of one host; ``steps`` counts what was looked at, ``changed`` by role, ``said`` is for people."""

    name: str
    steps: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    tasks: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failure: str = ""
    has_failed: bool = False


@dataclass(slots=True)
class Run:
    """A run as far as it has come."""

    role: str = ""
    task: str = ""
    hosts: dict[str, HostRun] = field(default_factory=dict)
    ended: bool = False

    @property
    def steps(self) -> int:
        """How many steps were looked at, on all hosts."""
        return sum(host.steps for host in self.hosts.values())

    @property
    def changed(self) -> int:
        """How many steps changed something, on all hosts."""
        return sum(host.changed.total() for host in self.hosts.values())

    def take(self, line: str) -> None:
        """Take in one event."""
        event: Mapping[str, Any] = json.loads(line)
        kind = event["event"]
        if kind == "play":
            self.role, self.task = "", event["name"]
        elif kind == "task":
            self.role, self.task = event["role"], event["name"]
        elif kind == "result":
            self._take_result(event)
        elif kind == "end":
            self._take_end(event["hosts"])

    def _take_result(self, event: Mapping[str, Any]) -> None:
        host = self.hosts.setdefault(event["host"], HostRun(event["host"]))
        outcome, message = event["outcome"], event["message"]
        if outcome in FAILED:
            host.failure = _sentence(event)
        elif message and outcome != "changed":  # a message that counts as a change is only there to notify
            host.said.append(message)
        if outcome != "skipped":
            host.steps += 1
        if outcome == "changed":
            host.changed[event["role"] or "playbook"] += 1
            host.tasks.append(f"{event['role']}: {event['task']}" if event["role"] else event["task"])

    def _take_end(self, sums: Mapping[str, Mapping[str, int]]) -> None:
        self.ended = True
        for name, counts in sums.items():
            host = self.hosts.setdefault(name, HostRun(name))
            host.has_failed = bool(counts["failures"] or counts["unreachable"])


def _sentence(event: Mapping[str, Any]) -> str:
    """Return why a host failed, beginning with its name."""
    if event["outcome"] == "unreachable":
        told = BY_SSH.sub("", event["message"])
        hint = next((hint for words, hint in NOT_LET_IN.items() if words in told), "")
        return f"{event['host']} cannot be reached: {hint and f'{hint} SSH says: '}{told}"
    if event["action"] == OF_ALL:
        return str(event["message"])
    if event["action"] in TELLING and not event["message"].startswith(BROKEN):
        told, host = event["message"], event["host"]
        return told if host in told else f"{host}: {told}"
    where = f"{event['role']}, " if event["role"] else ""
    return f"{event['host']} ({where}{event['task'][:1].lower()}{event['task'][1:]}): {event['message']}"
