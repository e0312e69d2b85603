"""One change at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eigenplan_host.refusal import RefusedError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of this host's installation.

    Raises:
        RefusedError: somebody else holds it; the text names the process.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RefusedError(
                f"Another change of this installation is under way{_holder(folder)}; wait until it has ended."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _holder(folder: Path) -> str:
    number = (folder / "lock").read_text("ascii").strip()
    return f" (process {number})" if number else ""
