"""Finding guides by words or their beginnings: no index and no network, as there are a few dozen short texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.help.guides import Guide, Section

MOST = 12
"""How many guides are shown."""

MOST_WORDS = 12
"""How many words of a search count."""

_SHORT = 3
"""Words of so many letters, such as "the", only decide between guides that are equal, unless there are no others."""

_IN_TITLE, _IN_HEADING, _IN_TEXT = 9, 4, 1
_BEFORE, _AFTER = 8, 24
"""How many words of an excerpt stand before and after the first that was looked for."""

_WORD = re.compile(r"\w+")

Parts = tuple[tuple[str, bool], ...]
"""An excerpt in pieces; true: that piece is what was looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A guide that was found, the section that fits best, and an excerpt of it."""

    guide: Guide
    section: Section
    excerpt: Parts


def search(guides: Sequence[Guide], query: str) -> list[Hit]:
    """Return the guides that have the most of these words, or words that begin so; titles count more than texts."""
    words = list(dict.fromkeys(_fold(word) for word in _WORD.findall(query)))[:MOST_WORDS]
    wanted = [one for one in words if len(one) > _SHORT] or words
    others = [one for one in words if one not in wanted]
    found = [(*_score(guide, wanted), _score(guide, others)[0], -number, guide) for number, guide in enumerate(guides)]
    most = max((count for count, *_rest in found), default=0)
    best = sorted((one for one in found if most and one[0] == most), key=lambda one: one[:4], reverse=True)
    return [_hit(guide, wanted) for *_rank, guide in best[:MOST]]


def _fold(text: str) -> str:
    """Return a word as it is compared: without case, accents and dots."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_wanted(word: str, wanted: Sequence[str]) -> bool:
    return _fold(word).startswith(tuple(wanted))


def _score(guide: Guide, wanted: Sequence[str]) -> tuple[int, int]:
    """Return how many of the words are in a guide, and how much that weighs."""
    places = [(_IN_TITLE, _folded(guide.title))]
    for section in guide.sections:
        places += [(_IN_HEADING, _folded(section.heading)), (_IN_TEXT, _folded(section.text))]
    weights = [max((weight for weight, words in places if _has(words, one)), default=0) for one in wanted]
    return sum(weight > 0 for weight in weights), sum(weights)


def _folded(text: str) -> list[str]:
    return [_fold(word) for word in _WORD.findall(text)]


def _has(words: Sequence[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)


def _hit(guide: Guide, wanted: Sequence[str]) -> Hit:
    section = max(guide.sections, key=lambda one: _weight(one, wanted))
    return Hit(guide, section, mark_words(_cut(section.text, wanted), wanted))


def _weight(section: Section, wanted: Sequence[str]) -> int:
    """Return how much a section is about the words; of equal ones the first is taken."""
    heading, text = _folded(section.heading), _folded(section.text)
    return sum(_IN_HEADING * _has(heading, one) + _IN_TEXT * _has(text, one) for one in wanted)


def _cut(text: str, wanted: Sequence[str]) -> str:
    words = text.split(" ")
    hits = (number for number, word in enumerate(words) if any(_is_wanted(one, wanted) for one in _WORD.findall(word)))
    first = max(0, next(hits, 0) - _BEFORE)
    last = first + _BEFORE + _AFTER
    return ("… " if first else "") + " ".join(words[first:last]) + (" …" if last < len(words) else "")


def mark_words(text: str, wanted: Sequence[str]) -> Parts:
    """Return a text in pieces, so that the words that were looked for can be marked."""
    return tuple(_pieces(text, wanted))


def _pieces(text: str, wanted: Sequence[str]) -> Iterator[tuple[str, bool]]:
    end = 0
    for found in _WORD.finditer(text):
        if wanted and _is_wanted(found[0], wanted):
            if text[end : found.start()]:
                yield text[end : found.start()], False
            yield found[0], True
            end = found.end()
    if text[end:]:
        yield text[end:], False
