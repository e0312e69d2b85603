"""Watching what processes ask of the kernel, in one order for all of them (strace(1))."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CALLS = "fsync,fdatasync,pwrite64,sendto,recvfrom"
SHOWN_BYTES = 64
WAIT_SECONDS = 30.0
_LINE = re.compile(r"(?P<pid>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>(?P<rest>.*)|(?P<name>\w+)\((?P<text>.*))$")
_ENDS = re.compile(r"\) += (?P<result>-?\d+)")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that came back: where it began and ended among all lines, what it was about, what it returned."""

    began: int
    ended: int
    name: str
    text: str
    result: int


def read_calls(lines: Sequence[str]) -> list[Call]:
    """Return the calls that came back, by their ends; one that another process interrupted in the list is one call."""
    found, open_calls = [], dict[str, tuple[int, str, str]]()
    for number, line in enumerate(lines):
        match = _LINE.match(line)
        if match is None:
            continue
        begun = (number, match["name"], match["text"]) if match["name"] else open_calls.pop(match["pid"], None)
        if begun is None:
            continue
        text = begun[2].removesuffix(" <unfinished ...>") + (match["rest"] or "")
        ends = _ENDS.search(text)
        if ends is None:
            open_calls[match["pid"]] = begun
        else:
            found.append(Call(begun[0], number, begun[1], text[: ends.start()], int(ends["result"])))
    return found


@dataclass(frozen=True, slots=True)
class Watch:
    """A running watch."""

    output: Path

    def calls(self) -> list[Call]:
        """Return what was seen so far."""
        return read_calls(self.output.read_text(errors="replace").splitlines())


@contextmanager
def watched(processes: Sequence[int], folder: Path) -> Iterator[Watch]:
    """Watch these processes, and those that they start, until the block ends.

    Raises:
        RuntimeError: strace is not installed, or may not watch them (then run as root).
    """
    program = shutil.which("strace")
    if program is None:
        raise RuntimeError("strace is not installed; on Debian: apt install strace")
    output, said = folder / "calls", folder / "said"
    command = [program, "-f", "-y", "-s", str(SHOWN_BYTES), "-e", f"trace={CALLS}", "-o", str(output)]
    command += [word for pid in processes for word in ("-p", str(pid))]
    with said.open("wb") as messages:
        tracer = subprocess.Popen(command, stderr=messages)
    try:
        _wait_until_attached(tracer, said, len(processes))
        yield Watch(output)
    finally:
        tracer.send_signal(signal.SIGTERM)
        tracer.wait(timeout=WAIT_SECONDS)


def _wait_until_attached(tracer: subprocess.Popen[bytes], said: Path, count: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and tracer.poll() is None:
        text = said.read_text()
        if text.count(" attached") + text.count("No such process") >= count:  # one may have ended by itself meanwhile
            return
        time.sleep(0.02)
    raise RuntimeError(f"the processes could not be watched:\n{said.read_text()}")


def family_of(pid: int) -> list[int]:
    """Return a process and its children (Linux: proc(5))."""
    return [pid, *(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
