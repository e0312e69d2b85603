"""The page about security says something of every requirement of levels 1 and 2, once, and points to what exists."""

from __future__ import annotations

import re

import pytest

from tests.static.sizes import ROOT

PAGE = (ROOT / "docs/security.md").read_text("utf-8")
SECTIONS = (
    *((1, one) for one in (2, 9, 11, 3, 2)),
    *((2, one) for one in (3, 3, 4, 1)),
    *((3, one) for one in (0, 2, 4, 6, 5, 0, 2)),
    *((4, one) for one in (3, 1, 2, 4)),
    *((5, one) for one in (1, 3, 2, 3)),
    *((6, one) for one in (3, 12, 4, 4, 5, 3, 0, 4)),
    *((7, one) for one in (3, 4, 2, 5, 2, 2)),
    *((8, one) for one in (2, 3, 1, 1)),
    *((9, one) for one in (3, 4)),
    *((10, one) for one in (2, 2, 4, 11, 5, 2, 3)),
    *((11, one) for one in (2, 3, 3, 4, 1, 1)),
    *((12, one) for one in (3, 2, 4)),
    *((13, one) for one in (1, 5, 2, 5)),
    *((14, one) for one in (2, 4, 3)),
    *((15, one) for one in (3, 3, 7)),
    *((16, one) for one in (1, 5, 4, 3, 3)),
    *((17, one) for one in (1, 4, 2)),
)
"""Chapter and number of requirements of levels 1 and 2, section by section, of ASVS 5.0.0."""

STATES = {"met", "in part", "not yet"}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", re.M)
ROWS = ROW.findall(PAGE)


def wanted() -> list[str]:
    numbers, sections = [], dict.fromkeys(range(1, 18), 0)
    for chapter, count in SECTIONS:
        sections[chapter] += 1
        numbers += [f"{chapter}.{sections[chapter]}.{one}" for one in range(1, count + 1)]
    return numbers


def left_out() -> list[str]:
    """The numbers that do not apply, with those between two that are joined by "to"."""
    text = PAGE.partition("<!-- none: begin -->")[2].partition("<!-- none: end -->")[0]
    found = []
    for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:\s+to\s+(\d+\.\d+\.\d+))?", text):
        section, number = first.rsplit(".", 1)
        end = int((last or first).rsplit(".", 1)[1])
        found += [f"{section}.{one}" for one in range(int(number), end + 1)]
    return found


def test_page_speaks_of_every_requirement_once() -> None:

    said = [row[0] for row in ROWS] + left_out()
    assert sorted(said, key=lambda one: [int(part) for part in one.split(".")]) == wanted()
    assert len(said) == 253


def test_page_has_each_state_in_plain_words() -> None:
    assert {row[2] for row in ROWS} == STATES
    assert [row[0] for row in ROWS if row[2] != "not yet" and row[3] == "–"] == []


@pytest.mark.parametrize(
    "place", sorted(set(re.findall(r"`((?:roles|containers|firewall|app|tests)/[\w./-]+)`", PAGE)))
)
def test_page_points_to_what_exists(place: str) -> None:
    assert (ROOT / place).exists()


@pytest.mark.parametrize("words", ["security advisories", "docs/security.md", "three working days"])
def test_how_to_report_is_said(words: str) -> None:
    assert words in (ROOT / "SECURITY.md").read_text("utf-8")
