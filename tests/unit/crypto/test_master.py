"""The master key as a text."""

from __future__ import annotations

import pytest

from app.crypto.master import PREFIX, MasterKey, MasterKeyError, make_master_key, read_master_key

KEY = MasterKey(bytes(range(32)))
TEXT = "eigenplan-master-key-1-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh_kXjbD"


def test_master_key_is_a_text_that_is_read_again() -> None:
    made = make_master_key()
    assert (KEY.text, read_master_key(f" {TEXT}\n"), read_master_key(made.text)) == (TEXT, KEY, made)
    assert (made != make_master_key(), len(made.secret)) == (True, 32)


def test_master_key_shows_its_name_and_never_itself() -> None:
    assert (KEY.name, repr(KEY)) == ("96588698", "MasterKey()")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", f"holds no master key, which begins with {PREFIX}"),
        ("k" * 40, f"holds no master key, which begins with {PREFIX}"),
        (TEXT[:-1], "holds a master key that was mistyped or cut off"),
        (TEXT[:-4], "holds a master key that was mistyped or cut off"),
        (TEXT.replace("AAEC", "AAED"), "holds a master key that was mistyped or cut off"),
        (TEXT.replace("AAEC", "AA C"), "holds a master key that was mistyped or cut off"),
        (TEXT.replace("AAEC", "AAEü"), "holds a master key that was mistyped or cut off"),
        (TEXT + "AAAA", "holds a master key that was mistyped or cut off"),
    ],
)
def test_master_key_that_is_none_is_refused_without_telling_it(text: str, words: str) -> None:
    with pytest.raises(MasterKeyError) as refused:
        read_master_key(text)
    assert str(refused.value) == words
