from __future__ import annotations

import pytest

from app.booking.refusals import InvalidInput
from app.look.colours import (
    DARK,
    LEAST,
    LIGHT,
    Ground,
    Rgb,
    check_colour,
    contrast,
    corrections,
    luminance,
    nearest,
    to_hex,
    to_rgb,
    tokens,
)

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
QUIET = {LIGHT: (0x56, 0x5E, 0x64), DARK: (0xA9, 0xB1, 0xB8)}
"""What ``app.css`` writes in grey, on soft grounds too."""


@pytest.mark.parametrize(
    ("text", "colour"), [("#1F6F5C", "#1f6f5c"), ("abc", "#aabbcc"), (" #fff ", "#ffffff"), ("", ""), ("  ", "")]
)
def test_colour_is_read_as_people_write_it(text: str, colour: str) -> None:
    assert check_colour(text, "colour") == colour


@pytest.mark.parametrize("text", ["red", "#12", "#12345", "#1234567", "#ggg", "#fff;}", "rgb(1,2,3)", "##fff", "#١٢٣"])
def test_what_is_no_colour_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_colour(text, "dark_colour")
    assert (refused.value.field, "such as #1f6f5c" in refused.value.problem) == ("dark_colour", True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [(BLACK, WHITE, 21.0), (WHITE, WHITE, 1.0), (WHITE, to_rgb("#767676"), 4.54), (to_rgb("#ff0000"), WHITE, 4.0)],
)
def test_contrast_is_that_of_the_guidelines(one: Rgb, other: Rgb, ratio: float) -> None:
    assert (round(contrast(one, other), 2), contrast(one, other)) == (ratio, contrast(other, one))


def test_luminance_goes_from_black_to_white() -> None:
    assert (luminance(BLACK), round(luminance(WHITE), 6), round(luminance((10, 10, 10)), 6)) == (0.0, 1.0, 0.003035)


def test_readable_colour_stays_as_it_is() -> None:
    assert (tokens("#1f6f5c", LIGHT).accent, tokens("#4db39a", DARK).accent) == ("#1f6f5c", "#4db39a")
    assert corrections("#1f6f5c", "#4db39a") == []
    assert corrections("", "") == []


def test_nearest_shade_is_readable_and_the_one_before_is_not() -> None:
    shade = nearest(to_rgb("#ffee00"), WHITE, lighter=False)
    red, green, blue = shade
    assert contrast(shade, WHITE) >= LEAST > contrast((red + 2, green + 2, blue), WHITE)


def test_corrections_are_told_for_each_theme() -> None:
    used, dark = tokens("#ffee00", LIGHT).accent, tokens("#000080", DARK).accent
    assert corrections("#ffee00", "#000080") == [
        f"#ffee00 is too light for white text; {used} is used.",
        f"#000080 is too dark for the dark theme; {dark} is used there.",
    ]


def test_every_colour_of_three_digits_can_be_read_wherever_it_is_used() -> None:
    wrong = [
        (digits, ground.is_dark)
        for digits in (f"#{number:03x}" for number in range(4096))
        for ground in (LIGHT, DARK)
        if min(_contrasts(digits, ground)) < LEAST
    ]
    assert wrong == []


def _contrasts(digits: str, ground: Ground) -> list[float]:
    made = tokens(to_hex(to_rgb(digits)), ground)
    accent, strong, soft, hover, on = (
        to_rgb(one) for one in (made.accent, made.strong, made.soft, made.hover, made.on_accent)
    )
    pairs = [(on, accent), (on, strong), (accent, ground.worst), (accent, ground.card), (strong, soft)]
    pairs += [(strong, ground.worst), (hover, ground.worst), (hover, ground.card), (QUIET[ground], soft)]
    return [contrast(one, other) for one, other in pairs]
