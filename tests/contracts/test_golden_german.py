"""Every letter to clients in German, word for word as in its golden file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.operations.letters.letters_text import KINDS, subject_of, text_of
from app.texts import speaking
from app.translations import load_languages
from tests.contracts.golden_files import FOLDER, golden
from tests.contracts.test_golden_letters import FACTS, MORE


@pytest.mark.parametrize("kind", KINDS)
def test_german_letter_is_word_for_word_the_golden_one(kind: str) -> None:
    load_languages()
    facts = replace(MORE.get(kind, FACTS), kind=kind)
    with speaking("de"):
        now = f"Subject: {subject_of(facts)}\n\n{text_of(facts)}"
    assert now == golden(f"de/letter_{kind}.txt", now)


def test_german_golden_letters_are_exactly_the_kinds_there_are() -> None:
    found = sorted(path.name for path in (FOLDER / "de").iterdir())
    assert found == sorted(f"letter_{kind}.txt" for kind in KINDS)
