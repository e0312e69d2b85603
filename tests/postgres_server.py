"""A real PostgreSQL server of Debian's package, started for one test run and ended with it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
WAIT_SECONDS = 30.0
BINARIES = Path("/usr/lib/postgresql")


def find_binaries() -> Path | None:
    """Return the folder of the newest installed server, or None when there is none."""
    found = [folder for folder in BINARIES.glob("*/bin") if (folder / "initdb").exists()]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


def _as_server_user() -> dict[str, int | str]:
    """``initdb`` refuses root: then the package's own user runs the server."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid}


@dataclass
class PostgresServer:
    """A running server; ``url`` names its maintenance database."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """Return the address of one of its databases."""
        return f"postgresql://eigenplan@{LOOPBACK}:{self.port}/{database}"

    def stop(self) -> None:
        """End the server (fast shutdown) and remove its files."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=WAIT_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def start_postgres(options: Sequence[str] = ()) -> PostgresServer:
    """Make a cluster in a temporary folder and start it; trusted on the loopback address only.

    Raises:
        RuntimeError: no server package, or it did not start.
    """
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed; on Debian: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="eigenplan-postgres-"))
    who = _as_server_user()
    if who:
        os.chown(folder, int(who["user"]), int(who["group"]))
    data, port = folder / "data", _free_port()
    initdb = [binaries / "initdb", "-D", data, "-U", "eigenplan", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload]
    settings = [f"port={port}", f"listen_addresses={LOOPBACK}", f"unix_socket_directories={folder}", *options]
    settings += ["max_connections=200", "shared_buffers=256MB"]
    command = [binaries / "postgres", "-D", data, *(part for one in settings for part in ("-c", one))]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **who)  # type: ignore[call-overload]
    server = PostgresServer(folder, port, process)
    _wait(server, binaries)
    return server


def _wait(server: PostgresServer, binaries: Path) -> None:
    until = time.monotonic() + WAIT_SECONDS
    ready = [str(binaries / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(server.port), "-U", "eigenplan"]
    while time.monotonic() < until:
        if subprocess.run(ready, check=False).returncode == 0:
            return
        if server.process.poll() is not None:
            break
        time.sleep(0.05)
    log = (server.folder / "log").read_text(errors="replace")
    server.stop()
    raise RuntimeError(f"PostgreSQL did not start:\n{log}")
