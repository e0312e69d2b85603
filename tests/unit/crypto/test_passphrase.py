"""Files that a passphrase opens: whole, from any place, and refused wherever they were touched."""

from __future__ import annotations

import io
import random

import pytest

from app.crypto.passphrase import BLOCK, SealedFileError, SealedReader, SealedWriter, is_sealed

PASSPHRASE = "a long way round the lake"
CHEAP = {"n": 2**10, "r": 8, "p": 1}
SIZES = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK)


@pytest.fixture(autouse=True)
def cheap_guesses(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys be derived quickly, but where a test is about the costs."""
    if "costs" not in request.node.name:
        monkeypatch.setattr("app.crypto.passphrase._SCRYPT", CHEAP)


def sealed(content: bytes) -> io.BytesIO:
    """A file with this content."""
    file = io.BytesIO()
    writer = SealedWriter(file, PASSPHRASE)
    for first in range(0, len(content), 10_000):
        writer.write(content[first : first + 10_000])
    writer.close()
    return file


def some(size: int) -> bytes:
    """Bytes of a seed."""
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(size: int) -> None:
    assert SealedReader(sealed(some(size)), PASSPHRASE).read() == some(size)


def test_any_place_can_be_read() -> None:
    content, reader = some(3 * BLOCK), SealedReader(sealed(some(3 * BLOCK)), PASSPHRASE)
    for place, length in ((BLOCK - 5, 10), (0, 3), (2 * BLOCK, BLOCK), (3 * BLOCK - 1, 5), (3 * BLOCK, 5)):
        reader.seek(place)
        found = b""
        while len(found) < length and (piece := reader.read(length - len(found))):
            found += piece
        assert found == content[place : place + length]


def test_nothing_of_the_content_is_in_clear() -> None:
    assert b"ten in the morning" not in sealed(b"ten in the morning" * 1000).getvalue()


def test_two_files_of_the_same_content_differ() -> None:
    assert sealed(b"same").getvalue() != sealed(b"same").getvalue()


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(SealedFileError) as refused:
        SealedReader(sealed(b"content"), "another long passphrase")
    assert str(refused.value) == "The passphrase is wrong, or the beginning of the file was changed."


def test_short_passphrase_is_refused() -> None:
    with pytest.raises(SealedFileError):
        SealedWriter(io.BytesIO(), "short")


def test_file_of_another_kind_is_told_from_ours() -> None:
    assert (is_sealed(sealed(b"")), is_sealed(io.BytesIO(b"PK"))) == (True, False)
    with pytest.raises(SealedFileError):
        SealedReader(io.BytesIO(b"PK and so on"), PASSPHRASE)


def changed(content: bytes, place: int) -> io.BytesIO:
    """The file with one bit turned."""
    return io.BytesIO(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_a_changed_bit_is_found_wherever_it_is(share: float) -> None:
    whole = sealed(some(3 * BLOCK)).getvalue()
    file = changed(whole, int(share * (len(whole) - 1)))
    with pytest.raises(SealedFileError):
        SealedReader(file, PASSPHRASE).read()


def test_a_changed_block_is_named() -> None:
    whole = sealed(some(3 * BLOCK)).getvalue()
    with pytest.raises(SealedFileError) as refused:
        SealedReader(changed(whole, len(whole) - 2 * BLOCK), PASSPHRASE).read()
    assert str(refused.value) == "The file was changed or cut off: block 2 of 3 is not what was written."


def test_blocks_in_another_order_are_refused() -> None:
    whole = sealed(some(3 * BLOCK)).getvalue()
    size = BLOCK + 16
    begin = len(whole) - 3 * size
    parts = [whole[begin + number * size : begin + (number + 1) * size] for number in (1, 0, 2)]
    with pytest.raises(SealedFileError):
        SealedReader(io.BytesIO(whole[:begin] + b"".join(parts)), PASSPHRASE).read()


@pytest.mark.parametrize("less", [1, 16, BLOCK + 16, 2 * BLOCK + 32, 3 * BLOCK + 48, 3 * BLOCK + 60])
def test_a_file_cut_off_is_refused(less: int) -> None:
    whole = sealed(some(3 * BLOCK)).getvalue()
    with pytest.raises(SealedFileError):
        SealedReader(io.BytesIO(whole[:-less]), PASSPHRASE).read()


def test_costs_are_those_that_are_recommended() -> None:
    file = sealed(b"content")
    assert b'"n": 131072, "r": 8, "p": 1' in file.getvalue()
    assert SealedReader(file, PASSPHRASE).read() == b"content"


def test_costs_that_would_take_all_memory_are_refused() -> None:
    whole = sealed(b"content").getvalue().replace(b'"n": 131072', b'"n": 1073741824')
    with pytest.raises(SealedFileError) as refused:
        SealedReader(io.BytesIO(whole), PASSPHRASE)
    assert "newer version" in str(refused.value)
