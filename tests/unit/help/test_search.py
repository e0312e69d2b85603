"""The search over guides: beginnings of words, ranked, with the words marked."""

from __future__ import annotations

import pytest

from app.help.guides import parse_guide
from app.help.search import mark_words, search

GUIDES = [
    parse_guide("calendar", "# The calendar\n\nViews of bookings.\n\n## Colours\n\nWhat they mean.", str),
    parse_guide("booking", "# Booking\n\nFor a client.\n\n## Time off\n\nIt is in a calendar, café included.", str),
    parse_guide("moving", "# Moving\n\nAnother time.\n\n## Cancelling a booking\n\nCancel it. Zürich.", str),
]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("calendar", ["calendar", "booking"]),  # a title before a text
        ("booking", ["booking", "moving", "calendar"]),  # a title, a heading, a text
        ("CANC", ["moving"]),
        ("cafe", ["booking"]),
        ("zurich", ["moving"]),
        ("cancel the booking", ["moving"]),  # most of the words, "the" is none
        ("the", ["calendar"]),
        ("alendar", []),
        ("", []),
        ("?!", []),
    ],
)
def test_search_finds_beginnings_of_words_and_ranks_by_place(query: str, slugs: list[str]) -> None:
    assert [hit.guide.slug for hit in search(GUIDES, query)] == slugs


def test_hit_names_the_section_and_marks_the_words() -> None:
    hit, *_others = search(GUIDES, "time off")
    assert (hit.guide.slug, hit.section.heading) == ("booking", "Time off")
    (cancelled,) = search(GUIDES, "cancel")
    assert cancelled.excerpt == (("Cancel", True), (" it. Zürich.", False))


def test_excerpt_of_a_long_text_is_cut_around_the_first_word() -> None:
    long = parse_guide("long", "# T\n\n" + "before " * 50 + "wanted " + "after " * 50, str)
    (hit,) = search([long], "wanted")
    said = "".join(text for text, _is_wanted in hit.excerpt)
    assert said == "… " + "before " * 8 + "wanted " + "after " * 22 + "after …"


def test_nothing_is_marked_without_words() -> None:
    assert mark_words("As it is.", ()) == (("As it is.", False),)
