"""A file that a passphrase opens: encrypted while it is written, read from any place, and nothing in it can be changed.

The key comes from the passphrase by scrypt (RFC 7914). The content is cut into blocks, each encrypted by AES-256-GCM
under a number and a mark of the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so
that no block can be changed, moved, left out or cut off.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC = b"eigenplan-sealed-file 1\n"
BLOCK = 65_536
SHORTEST = 12
_TAG = 16
_SCRYPT = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and about half a second for each guess (OWASP, Password Storage Cheat Sheet)."""

_LONGEST_HEADER = 1000


class SealedFileError(Exception):
    """The file cannot be opened; the text is a sentence that says why."""


def is_sealed(file: BinaryIO) -> bool:
    """Whether a file begins as ours do; reads from its beginning and goes back there."""
    file.seek(0)
    found = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    return found


class SealedWriter(io.RawIOBase):
    """Encrypts what is written and hands it on; ``close`` writes the last block, without which the file is cut off."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Write the head of the file.

        Raises:
            SealedFileError: the passphrase is too short to protect anything.
        """
        if len(passphrase) < SHORTEST:
            raise SealedFileError(f"Please choose a passphrase of at least {SHORTEST} characters.")
        salt = os.urandom(16)
        key, check = _derive(passphrase, salt, _SCRYPT)
        self._head = _header(salt, _SCRYPT, check)
        self._cipher, self._file, self._number, self._waiting = AESGCM(key), file, 0, bytearray()
        file.write(MAGIC + self._head)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: ReadableBuffer) -> int:
        """Take bytes; they are written as soon as they fill a block and another one follows."""
        self._waiting += content
        while len(self._waiting) > BLOCK:
            self._put(bytes(self._waiting[:BLOCK]), last=False)
            del self._waiting[:BLOCK]
        return memoryview(content).nbytes

    def close(self) -> None:
        """Write the last block."""
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, block: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), block, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """The content of such a file, from any place of it."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Read the head.

        Raises:
            SealedFileError: it is no such file, was changed or cut off, or the passphrase is another one.
        """
        file.seek(0)
        if file.read(len(MAGIC)) != MAGIC:
            raise SealedFileError("This is not a file that a passphrase opens.")
        self._head = file.readline(_LONGEST_HEADER)
        salt, costs, check = _read_header(self._head)
        key, wanted = _derive(passphrase, salt, costs)
        if not hmac.compare_digest(check, wanted):
            raise SealedFileError("The passphrase is wrong, or the beginning of the file was changed.")
        self._cipher, self._file, self._begin = AESGCM(key), file, file.tell()
        length = file.seek(0, io.SEEK_END) - self._begin
        self._blocks = max(1, -(-length // (BLOCK + _TAG)))
        self._size = length - self._blocks * _TAG
        if self._size < 0:
            raise SealedFileError("The file is cut off.")
        self._at, self._number, self._block = 0, -1, b""
        self._load(self._blocks - 1)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return the place in the content."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the content."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer, as far as the block goes that the place is in.

        Raises:
            SealedFileError: the block was changed.
        """
        if self._at >= self._size:
            return 0
        self._load(self._at // BLOCK)
        first = self._at % BLOCK
        wanted = memoryview(buffer).cast("B")
        found = self._block[first : first + len(wanted)]
        wanted[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _load(self, number: int) -> None:
        if number == self._number:
            return
        self._file.seek(self._begin + number * (BLOCK + _TAG))
        stored = self._file.read(BLOCK + _TAG)
        try:
            self._block = self._cipher.decrypt(_nonce(number, last=number == self._blocks - 1), stored, self._head)
        except InvalidTag as error:
            place = f"block {number + 1} of {self._blocks}"
            raise SealedFileError(f"The file was changed or cut off: {place} is not what was written.") from error
        self._number = number


def _nonce(number: int, *, last: bool) -> bytes:
    """Return the block's nonce: every file has a key of its own, so numbers are enough."""
    return number.to_bytes(11, "big") + bytes([last])


def _derive(passphrase: str, salt: bytes, costs: dict[str, int]) -> tuple[bytes, bytes]:
    """Return the key, and what tells that a passphrase is the right one."""
    found = Scrypt(salt=salt, length=64, **costs).derive(passphrase.encode())
    return found[:32], hashlib.sha256(found[32:]).digest()[:16]


def _header(salt: bytes, costs: dict[str, int], check: bytes) -> bytes:
    return json.dumps({"salt": salt.hex(), **costs, "check": check.hex()}).encode() + b"\n"


def _read_header(head: bytes) -> tuple[bytes, dict[str, int], bytes]:
    """Return salt, costs and check; costs other than ours would let a file take all memory.

    Raises:
        SealedFileError: it was changed.
    """
    try:
        facts = json.loads(head)
        salt, check = bytes.fromhex(facts["salt"]), bytes.fromhex(facts["check"])
        costs = {name: int(facts[name]) for name in _SCRYPT}
    except (ValueError, KeyError, TypeError) as error:
        raise SealedFileError("The beginning of the file was changed or cut off.") from error
    if costs != _SCRYPT:
        raise SealedFileError("The beginning of the file was changed, or a newer version has written it.")
    return salt, costs, check
