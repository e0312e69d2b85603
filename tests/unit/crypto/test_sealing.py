"""Encryption of texts and keys."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.crypto.master import MasterKey
from app.crypto.sealing import BrokenSealError, Ring, UnknownKeyError, make_key, prefix_of, unwrap, wrap

FIRST, SECOND = b"1" * 32, b"2" * 32
RING = Ring({1: FIRST}, 1)
PLACE = ("client", "name", "abc")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_text_is_read_again(text: str) -> None:
    assert RING.unseal(RING.seal(text, PLACE), PLACE) == text


def test_text_is_another_each_time_and_begins_with_its_key() -> None:
    sealed = {RING.seal("Ada", PLACE) for _ in range(50)}
    assert (len(sealed), {one[:4] for one in sealed}, prefix_of(1)) == (50, {"AQAB"}, "AQAB")


@pytest.mark.parametrize("place", [("client", "name", "abe"), ("client", "notes", "abc"), ("booking", "name", "abc")])
def test_text_put_elsewhere_is_refused(place: tuple[str, ...]) -> None:
    with pytest.raises(BrokenSealError, match=r"^What is stored in \w+ \w+ of row \w+ was changed, or belongs to"):
        RING.unseal(RING.seal("Ada", PLACE), place)


@pytest.mark.parametrize("at", range(3, 34, 3))
def test_text_of_which_any_bit_was_changed_is_refused(at: int) -> None:
    content = bytearray(base64.b64decode(RING.seal("Ada", PLACE)))
    content[at] ^= 1
    with pytest.raises(BrokenSealError):
        RING.unseal(base64.b64encode(content).decode(), PLACE)


@pytest.mark.parametrize("stored", ["Ada", "", "AQAB", "AQAB" * 7, "ü" * 60, "AQAB" * 20 + "="])
def test_text_that_was_never_encrypted_is_refused(stored: str) -> None:
    with pytest.raises(BrokenSealError):
        RING.unseal(stored, PLACE)


def test_text_of_an_older_key_is_read_and_of_an_unknown_one_refused() -> None:
    both = Ring({1: FIRST, 2: SECOND}, 2)
    old, new = RING.seal("Ada", PLACE), both.seal("Ada", PLACE)
    assert (both.unseal(old, PLACE), both.prefix, new.startswith(both.prefix)) == ("Ada", "AQAC", True)
    with pytest.raises(UnknownKeyError):
        RING.unseal(new, PLACE)


def test_text_of_one_key_said_to_be_of_another_is_refused() -> None:
    same = Ring({1: FIRST, 2: FIRST}, 2)
    with pytest.raises(BrokenSealError, match="was changed"):
        same.unseal("AQAC" + RING.seal("Ada", PLACE)[4:], PLACE)


def test_key_is_opened_by_its_master_key_for_its_number_and_purpose_only() -> None:
    master, other, key = MasterKey(b"m" * 32), MasterKey(b"o" * 32), make_key()
    wrapped = wrap(master, key, 1, "data")
    assert unwrap(master, wrapped, 1, "data") == key
    for wrong in ((other, wrapped, 1, "data"), (master, wrapped, 2, "data"), (master, wrapped, 1, "index")):
        with pytest.raises(BrokenSealError, match=r"^Key \d was not wrapped by this master key, or was changed\.$"):
            unwrap(*wrong)
    with pytest.raises(BrokenSealError):
        unwrap(master, "nothing", 1, "data")
