"""The folder of one demo: its database, its key, its password; nobody but their owner can read them."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.crypto.master import MasterKey, MasterKeyError, make_master_key, read_master_key

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_PARTS, _SYLLABLES = 4, 2


class DemoError(Exception):
    """The demo cannot go on; the text is one sentence with the mend."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where everything of one demo is."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "eigenplan.db"

    @property
    def unfinished(self) -> Path:
        """The SQLite file while it is being filled: it gets its name when it is complete."""
        return self.path / "eigenplan.new.db"

    @property
    def key(self) -> Path:
        """The secret key of cookies, forms and links."""
        return self.path / "secret_key"

    @property
    def master_key(self) -> Path:
        """The key that opens clients' details."""
        return self.path / "master_key"

    @property
    def password(self) -> Path:
        """The password of the demo's accounts."""
        return self.path / "password"

    def make(self) -> None:
        """Make the folder.

        Raises:
            DemoError: it cannot be made or written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.path / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> DemoError:
        return DemoError(
            f"The folder {self.path} cannot be written ({_words(error)}); "
            "make it writable for you, or choose another one with --folder."
        )

    @contextmanager
    def lock(self, address: str = "") -> Iterator[None]:
        """Keep a second demo out of the folder as long as this one runs, and let it know where this one answers.

        Raises:
            DemoError: another one runs.
        """
        with self._lock.open("a+") as handle:
            handle.seek(0)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DemoError(self._running_sentence(handle.read())) from error
            handle.truncate(0)
            handle.write(address)
            handle.flush()
            yield

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def _running_sentence(self, address: str) -> str:
        where = f" at {address}/" if address else ""
        return f"This demo runs already{where}; end that one, or choose another folder with --folder than {self.path}."

    def refuse_second(self) -> None:
        """Go on only if no demo runs here; a folder that does not exist is not made.

        Raises:
            DemoError: one runs, or the folder cannot be written.
        """
        try:
            exists = self._lock.exists()
        except OSError as error:
            raise self._unwritable(error) from error
        if exists:
            self.make()
            with self.lock():
                pass

    def clear(self) -> None:
        """Forget what is there; files that are not ours stay."""
        for database in (self.database, self.unfinished):
            remove_database(database)
        self.key.unlink(missing_ok=True)
        self.master_key.unlink(missing_ok=True)
        self.password.unlink(missing_ok=True)

    def read_password(self) -> str:
        """Return the accounts' password, made up when the folder has none yet.

        Raises:
            DemoError: the database has accounts whose password is lost.
        """
        if self.database.exists() and not self.password.exists():
            raise DemoError(f"The file {self.password} is missing; start over with: ./eigenplan demo --fresh")
        return _read_or_make(self.password, make_password)

    def make_key(self) -> None:
        """Make the secret key once; it stays, so that links and sign-ins survive a restart."""
        _read_or_make(self.key, lambda: secrets.token_hex(32))

    def read_master_key(self) -> MasterKey:
        """Return the key of clients' details, made once.

        Raises:
            DemoError: the file was damaged.
        """
        try:
            return read_master_key(_read_or_make(self.master_key, lambda: make_master_key().text))
        except MasterKeyError as error:
            raise DemoError(f"The file {self.master_key} {error}; start over with: ./eigenplan demo --fresh") from error


def remove_database(path: Path) -> None:
    """Remove a SQLite file with its write-ahead log."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        (path.parent / name).unlink(missing_ok=True)


def make_password() -> str:
    """Return a random password that can be read out and typed: four words of four letters, 49 random bits."""
    letters = (_CONSONANTS, _VOWELS) * _SYLLABLES
    return "-".join("".join(secrets.choice(kind) for kind in letters) for _ in range(_PARTS))


def _read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Return a file's text; a missing one is made first, readable for its owner only from its first moment."""
    if path.exists():
        return path.read_text("ascii").strip()
    text = make()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
    return text


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
