"""The process that keeps one host running: ``python -m tests.lab.keeper GROUP PIDFILE COMMAND...``.

It puts itself and the host into the host's control group, starts the host again when the host asks for a reboot, and
ends when the host is switched off or loses its power.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REBOOT = 133
"""How systemd-nspawn with ``--keep-unit`` ends when its host reboots (systemd-nspawn(1), EXIT_FORCE_RESTART)."""


def join(group: Path) -> None:
    """Move the calling process into a control group."""
    group.mkdir(exist_ok=True)
    (group / "cgroup.procs").write_text(str(os.getpid()))


def keep(group: Path, pid_file: Path, words: Sequence[str]) -> int:
    """Run the host until it ends for good; returns how it ended."""
    join(group / "keeper")
    while True:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=lambda: join(group))
        pid_file.write_text(f"{process.pid}\n")
        status = process.wait()
        if status != REBOOT:
            pid_file.unlink()
            return status


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
