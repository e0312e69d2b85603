"""The keys of one open database: rows wrapped by the master key, unwrapped once and kept in memory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.crypto.blind import tag
from app.crypto.master import MasterKey
from app.crypto.sealing import MOST_KEYS, BrokenSealError, Place, Ring, UnknownKeyError, make_key, unwrap, wrap
from app.storage.errors import SchemaError

DATA, INDEX = "data", "index"
CURRENT, READING, RETIRED = "current", "reading", "retired"
_INSERT = "INSERT INTO encryption_key (id, purpose, state, wrapped, master, created_at) VALUES (%s, %s, %s, %s, %s, %s)"
_REWRAP = "UPDATE encryption_key SET wrapped = %s, master = %s WHERE id = %s"
_SELECT = "SELECT id, purpose, state, wrapped, master, created_at FROM encryption_key ORDER BY id"
_log = logging.getLogger(__name__)


class KeysError(SchemaError):
    """The keys cannot be used, so neither can what they encrypt; the text is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row of the keys. ``purpose``: data or index; ``master``: the name of the master key that wraps it."""

    number: int
    purpose: str
    state: str
    wrapped: str
    master: str
    created_at: int


@dataclass(frozen=True, slots=True)
class _Open:
    """The keys as they were read last."""

    ring: Ring
    index: bytes


class Keys:
    """What encrypts and decrypts; ``run`` executes a statement of ours in the database."""

    def __init__(self, master: MasterKey | None, run: Callable[[str, Sequence[Any]], Any]) -> None:
        self.master = master
        self._run = run
        self._open: _Open | None = None
        self._stale = False
        self._is_behind = False

    def seal(self, text: str, place: Place) -> str:
        """Return a text encrypted for a place."""
        return self._opened().ring.seal(text, place)

    def unseal(self, sealed: str, place: Place) -> str:
        """Return a text again; a key that another process has added meanwhile is read.

        Raises:
            BrokenSealError: it was changed, or belongs elsewhere.
        """
        try:
            return self._opened().ring.unseal(sealed, place)
        except UnknownKeyError:
            self.forget()
            return self._opened().ring.unseal(sealed, place)

    def tag(self, purpose: str, text: str) -> str:
        """Return the blind index's tag of a text."""
        return tag(self._opened().index, purpose, text)

    @property
    def ring(self) -> Ring:
        """The keys of data."""
        return self._opened().ring

    def forget(self) -> None:
        """Read the keys again when they are needed next."""
        self._stale = True

    def refresh(self) -> None:
        """Read the keys again now, if they were read before."""
        if self._open is not None:
            self.forget()
            self.check()

    def stored(self) -> list[StoredKey]:
        """Return the rows of all keys."""
        return [StoredKey(*row) for row in self._run(_SELECT, ()).fetchall()]

    def check(self) -> None:
        """Go on only if the master key opens what is there.

        Raises:
            KeysError: it does not; the text says what to do.
        """
        self._opened()

    def _opened(self) -> _Open:
        opened = self._open
        if opened is None or self._stale:
            opened = self._open = self._read_again(opened)
            self._stale = False
        return opened

    def _read_again(self, before: _Open | None) -> _Open:
        """A process that has the keys goes on with them when another master key wraps them by now, until it ends.

        What a key that is added after that encrypts it cannot read, so its log asks for a new start, once.
        """
        try:
            return self._unwrapped()
        except KeysError as error:
            if before is None:
                raise
            if not self._is_behind:
                self._is_behind = True
                _log.warning("going on with the keys that were read before, please start this process anew: %s", error)
            return before

    def _unwrapped(self) -> _Open:
        rows = self.stored()
        data = {one.number: self._unwrap(one) for one in rows if one.purpose == DATA}
        current = [one.number for one in rows if one.purpose == DATA and one.state == CURRENT]
        index = [self._unwrap(one) for one in rows if one.purpose == INDEX and one.state == CURRENT]
        if len(current) != 1 or len(index) != 1:
            raise KeysError("The database has no complete set of keys; please restore it from a backup.")
        return _Open(Ring(data, current[0]), index[0])

    def _unwrap(self, row: StoredKey) -> bytes:
        master = self._required()
        if row.master != master.name:
            raise KeysError(
                f"The database's keys belong to master key {row.master}, but the file of EIGENPLAN_MASTER_KEY_FILE "
                f"holds {master.name}; please put the right file there."
            )
        try:
            return unwrap(master, row.wrapped, row.number, row.purpose)
        except BrokenSealError as error:
            raise KeysError(
                f"Key {row.number} of the database was damaged; please restore the database from a backup."
            ) from error

    def _required(self) -> MasterKey:
        if self.master is None:
            raise KeysError(
                "Clients' details are encrypted, and no master key is given: "
                "please name its file in EIGENPLAN_MASTER_KEY_FILE."
            )
        return self.master

    def make_first(self) -> None:
        """Write the first keys of a database, in the running transaction."""
        for number, purpose in ((1, DATA), (2, INDEX)):
            self._add(number, purpose)
        self.forget()

    def _add(self, number: int, purpose: str) -> None:
        master = self._required()
        wrapped = wrap(master, make_key(), number, purpose)
        self._run(_INSERT, (number, purpose, CURRENT, wrapped, master.name, int(time.time())))

    def add_data_key(self) -> int:
        """Let a new key encrypt from now on, in the running transaction; return its number.

        Raises:
            KeysError: there were too many already.
        """
        number = max(one.number for one in self.stored()) + 1
        if number > MOST_KEYS:
            raise KeysError(f"There have been {MOST_KEYS} keys already, and there can be no more.")
        self._run("UPDATE encryption_key SET state = %s WHERE purpose = %s AND state = %s", (READING, DATA, CURRENT))
        self._add(number, DATA)
        self.forget()
        return number

    def retire(self, number: int) -> None:
        """Note that nothing is encrypted by this key any more; it still opens what a backup brings back."""
        self._run("UPDATE encryption_key SET state = %s WHERE id = %s AND state = %s", (RETIRED, number, READING))
        self.forget()

    def rewrap(self, new: MasterKey) -> int:
        """Wrap all keys by another master key, in the running transaction; return how many they are."""
        rows = self.stored()
        for row in rows:
            wrapped = wrap(new, self._unwrap(row), row.number, row.purpose)
            self._run(_REWRAP, (wrapped, new.name, row.number))
        self.forget()
        return len(rows)
