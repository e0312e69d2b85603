"""The packet filter in the kernel, as far as our one table goes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TABLE = ("inet", "eigenplan")
REMOVAL = "table inet eigenplan\ndelete table inet eigenplan\n"
"""Works whether the table is there or not."""

STRANGER = ("inet", "eigenplan_stranger")
"""A table of somebody else, which a rehearsal makes to see that the rules leave it alone."""

COMMAND_SECONDS = 10


class FirewallError(Exception):
    """What went wrong, as a sentence for whoever called."""


def run(*words: str, given: str = "") -> str:
    """Run a command that has to succeed; returns what it said.

    Raises:
        FirewallError: it failed, took too long or does not exist.
    """
    try:
        result = subprocess.run(  # noqa: S603 - the words are ours
            words, input=given, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FirewallError(f"{words[0]} could not be run: {error}.") from error
    if result.returncode != 0:
        raise FirewallError(f"{' '.join(words)} failed: {(result.stderr or result.stdout).strip()}")
    return result.stdout


@dataclass(frozen=True, slots=True)
class Kernel:
    """The packet filter of one network namespace: the host's own, or the one that ``prefix`` leads into."""

    prefix: tuple[str, ...] = ()

    def _nft(self, *words: str, given: str = "") -> str:
        return run(*self.prefix, "nft", *words, given=given)

    def check(self, file: Path) -> None:
        """Let the kernel check a file without loading it; a FirewallError says what is wrong in which line."""
        self._nft("--check", "--file", str(file))

    def load(self, file: Path) -> None:
        """Load a file, in one transaction."""
        self._nft("--file", str(file))

    def remove(self) -> None:
        """Remove our table; one that is not there is fine."""
        self._nft("--file", "-", given=REMOVAL)

    def add_table(self, family: str, name: str) -> None:
        """Make an empty table."""
        self._nft("add", "table", family, name)

    def tables(self) -> set[tuple[str, str]]:
        """Return family and name of each table."""
        found = json.loads(self._nft("--json", "list", "tables"))["nftables"]
        return {(one["table"]["family"], one["table"]["name"]) for one in found if "table" in one}

    def listing(self) -> str:
        """Return our table as the kernel has it, without the state of counters; empty when there is none."""
        return self._nft("--stateless", "list", "table", *TABLE) if TABLE in self.tables() else ""


@contextmanager
def empty_namespace() -> Iterator[Kernel]:
    """Make a network namespace without any rules, for as long as it is used."""
    words = ["unshare", "--net", "--", "cat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as keeper:  # noqa: S603 - the words are ours
        if keeper.stdin is None or keeper.stdout is None:
            raise FirewallError("No pipe to the keeper of a namespace could be made.")
        keeper.stdin.write("\n")
        keeper.stdin.flush()
        if not keeper.stdout.readline():  # it answers from within
            raise FirewallError("No network namespace can be made here, which needs root.")
        yield Kernel(("nsenter", f"--net=/proc/{keeper.pid}/ns/net", "--"))


def rehearse(file: Path) -> str:
    """Return what the kernel would list as our table after loading a file, tried where there is nobody.

    Raises:
        FirewallError: the file cannot be loaded, or does something to a table that is not ours.
    """
    with empty_namespace() as kernel:
        kernel.add_table(*STRANGER)
        kernel.load(file)
        if kernel.tables() != {TABLE, STRANGER}:
            raise FirewallError(f"{file} must make the table {' '.join(TABLE)} and leave all others alone.")
        return kernel.listing()
