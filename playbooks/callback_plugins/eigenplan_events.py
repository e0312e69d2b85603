"""Tells ``./eigenplan deploy`` what happens, one JSON object a line, through a pipe that it opened."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: eigenplan_events
    type: notification
    short_description: Tells ./eigenplan deploy what happens
    description:
      - Writes one JSON object a line to the file descriptor that the environment variable EIGENPLAN_EVENTS_FD names.
      - Without that variable it does nothing.
"""

QUIET = "hidden, as it may hold a secret"


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible is not typed
    """What a run does, as events: ``play``, ``task``, ``result`` and ``end``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "eigenplan_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        number = os.environ.get("EIGENPLAN_EVENTS_FD", "")
        self._pipe = os.fdopen(os.dup(int(number)), "w", encoding="utf-8") if number.isdecimal() else None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Tell a play's name."""
        self._tell("play", name=play.get_name())

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        """Tell a task's role and name."""
        self._tell("task", role=_role(task), name=task.name or task.action)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        """Tell a handler's role and name."""
        self.v2_playbook_on_task_start(task, False)

    def v2_runner_on_ok(self, result: Any) -> None:
        """Tell that a host did a task, and what a ``debug`` task has to say."""
        outcome = "changed" if result.result.get("changed") else "ok"
        said = result.result.get("msg", "") if result.task.action.endswith("debug") else ""
        self._tell_result(result, outcome, message="\n".join(map(str, said)) if isinstance(said, list) else str(said))

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Tell that a host failed, and why."""
        self._tell_result(result, "ignored" if ignore_errors else "failed", message=_reason(result.result))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Tell that a host was not reached, and why."""
        self._tell_result(result, "unreachable", message=_reason(result.result))

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Tell that a host had nothing to do."""
        self._tell_result(result, "skipped")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell each host's sums at the end."""
        self._tell("end", hosts={host: stats.summarize(host) for host in sorted(stats.processed)})

    def _tell_result(self, result: Any, outcome: str, message: str = "") -> None:
        task = result.task
        place = {"host": result.host.get_name(), "role": _role(task), "task": task.name or task.action}
        self._tell("result", outcome=outcome, message=message, action=task.action.rpartition(".")[2], **place)

    def _tell(self, event: str, **about: Any) -> None:
        if self._pipe is not None:
            self._pipe.write(json.dumps({"event": event, **about}, default=str) + "\n")
            self._pipe.flush()


def _role(task: Any) -> str:
    return str(task._role.get_name()) if task._role else ""


def _reason(result: Any) -> str:
    """Return why a task failed: its message, those of its items, and what a command wrote last."""
    if result.get("censored"):
        return QUIET
    items = [_reason(one) for one in result.get("results") or () if one.get("failed")]
    wrote = str(result.get("stderr") or "").strip().splitlines()[-3:]
    return "\n".join(dict.fromkeys(filter(None, [*([] if items else [str(result.get("msg") or "")]), *items, *wrote])))
