"""Runs the pinned Ansible, keeps its output in a log, and passes its events on."""

from __future__ import annotations

import datetime
import os
import re
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = ROOT / "playbooks"
PROGRAM = Path(sys.executable).parent / "ansible-playbook"
KEPT_LOGS = 20
LINK = re.compile(rb"(/password/)[\w-]+")
"""A link by which whoever has it chooses an account's password."""
CHUNK = 65536
TICK = 1.0
"""Seconds after which the time is shown anew."""


@dataclass(slots=True)
class Log:
    """The log of a run: all that Ansible writes but links that open an account."""

    path: Path
    file: BinaryIO
    rest: bytes = b""

    def write(self, piece: bytes) -> None:
        """Write the lines that are whole; what is left waits for the next piece."""
        whole, end, self.rest = (self.rest + piece).rpartition(b"\n")
        self.file.write(LINK.sub(rb"\1...", whole + end))

    def close(self) -> None:
        """Write what is left."""
        self.write(b"\n" if self.rest else b"")
        self.file.close()


@contextmanager
def new_log(folder: Path, name: str) -> Iterator[Log]:
    """Open a new log for its owner alone, and remove the oldest ones.

    Raises:
        OSError: the folder or the file cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(folder.glob("*.log"))[: 1 - KEPT_LOGS]:
        old.unlink(missing_ok=True)
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%f")
    path = folder / f"{stamp}-{name}.log"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with closing(Log(path, open(handle, "wb"))) as log:
        yield log


def logs_folder(environ: Mapping[str, str]) -> Path:
    """Return where the logs of runs are kept (XDG base directories)."""
    given = Path(environ.get("XDG_STATE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local/state") / "eigenplan/deploy"


def environment(environ: Mapping[str, str], events: int) -> dict[str, str]:
    """Return Ansible's environment: our settings, our programs first, and where to tell events."""
    return {
        **environ,
        "PATH": f"{PROGRAM.parent}{os.pathsep}{environ.get('PATH', os.defpath)}",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_CALLBACKS_ENABLED": "eigenplan_events",
        "EIGENPLAN_EVENTS_FD": str(events),
        "PYTHONUNBUFFERED": "1",
    }


@dataclass(slots=True)
class Listener:
    """Who hears of a run: ``event`` gets each line of the events, ``output`` each piece of what Ansible writes."""

    event: Callable[[str], None]
    output: Callable[[bytes], None]
    tick: Callable[[], None]


@dataclass(slots=True)
class _Lines:
    """Makes lines of pieces."""

    rest: bytes = b""

    def take(self, piece: bytes) -> list[str]:
        *lines, self.rest = (self.rest + piece).split(b"\n")
        return [line.decode() for line in lines]


@dataclass(slots=True)
class Process:
    """A running ``ansible-playbook``."""

    words: Sequence[str]
    listener: Listener
    interrupted: bool = field(default=False, init=False)

    def run(self, environ: Mapping[str, str]) -> int:
        """Run to the end; returns Ansible's status. Ctrl-C, which Ansible gets as well, is only noted."""
        reading, writing = os.pipe()
        with open(reading, "rb", buffering=0) as events:
            try:
                process = subprocess.Popen(  # noqa: S603 our own program, words as they were given to us, no shell
                    [str(PROGRAM), *self.words],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    bufsize=0,
                    cwd=ROOT,
                    env=environment(environ, writing),
                    pass_fds=(writing,),
                )
            finally:
                os.close(writing)
            with process:
                self._listen(process, events)
                return process.wait()

    def _listen(self, process: subprocess.Popen[bytes], events: IO[bytes]) -> None:
        lines = _Lines()
        with selectors.DefaultSelector() as selector:
            assert process.stdout is not None  # noqa: S101 for mypy: a pipe was asked for  # nosec B101
            selector.register(process.stdout, selectors.EVENT_READ, self.listener.output)
            selector.register(
                events, selectors.EVENT_READ, lambda piece: [*map(self.listener.event, lines.take(piece))]
            )
            while selector.get_map():
                try:
                    self._step(selector)
                except KeyboardInterrupt:
                    self.interrupted = True

    def _step(self, selector: selectors.BaseSelector) -> None:
        for key, _ in selector.select(TICK):
            piece = os.read(key.fd, CHUNK)
            if piece:
                key.data(piece)
            else:
                selector.unregister(key.fileobj)
        self.listener.tick()
