"""A firewall in a network namespace of its own, with a timer that only notes what it is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from firewall.commit_confirm.connection import Connection
from firewall.commit_confirm.kernel import Kernel, empty_namespace
from firewall.commit_confirm.trials import Caller, Firewall


@dataclass(slots=True)
class NotingTimer:
    """Stands for systemd's."""

    armed: dict[str, int] = field(default_factory=dict)

    def start(self, trial: str, seconds: int) -> None:
        self.armed[trial] = seconds

    def stop(self, trial: str) -> None:
        self.armed.pop(trial, None)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """The packet filter of a namespace that nobody else is in."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if os.geteuid() != 0 or shutil.which("nft") is None:
        pytest.skip("Network namespaces and nft need root and the package nftables.")
    with empty_namespace() as one:
        yield one


@pytest.fixture
def timer() -> NotingTimer:
    return NotingTimer()


@pytest.fixture
def firewall(kernel: Kernel, timer: NotingTimer, tmp_path: Path) -> Firewall:
    return Firewall(tmp_path / "confirmed.nft", tmp_path / "run", kernel, timer)


def rules(tmp_path: Path, port: int, table: str = "inet eigenplan") -> Path:
    """Write a file of rules that differ by a port."""
    file = tmp_path / f"rules-{port}.nft"
    head = f"table {table}\ndelete table {table}\n"
    chain = f"type filter hook input priority filter; tcp dport {port} accept;"
    file.write_text(f"{head}table {table} {{\n  chain input {{ {chain} }}\n}}\n")
    return file


def caller(now: float, name: str = "198.51.100.7 40000 192.0.2.1 22", began: float | None = None) -> Caller:
    """Somebody who calls over an SSH connection that began a second ago, unless told otherwise."""
    return Caller(Connection(name, now - 1 if began is None else began), now)


FIRST = caller(100.0)
SECOND = caller(110.0, "198.51.100.7 40001 192.0.2.1 22")
CONSOLE = Caller(None, 100.0)
