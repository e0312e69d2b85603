"""Colours that can be read: contrast as WCAG 2.2 counts it, and the nearest shade that has enough of it.

A site gives one colour, or one for each theme. Everything that is drawn with it is made from that here:
buttons, what is pointed at, soft grounds, links.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from app.booking.refusals import InvalidInput
from app.texts import _

Rgb = tuple[int, int, int]
LEAST = 4.5
"""The contrast that WCAG 2.2, 1.4.3 asks of text."""

_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS = 1000
_WHITE: Rgb = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a theme draws on, as in ``app.css``. ``worst``: the ground on which its colour is hardest to read."""

    is_dark: bool
    worst: Rgb
    card: Rgb
    on_accent: Rgb
    soft: float
    strong: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """The shades of one theme, as CSS writes them; ``accent`` is what is used in place of the colour that was given."""

    accent: str
    strong: str
    soft: str
    hover: str
    on_accent: str
    strong_parts: str
    hover_parts: str


LIGHT = Ground(False, (0xF6, 0xF7, 0xF8), _WHITE, _WHITE, soft=0.11, strong=0.78)
DARK = Ground(True, (0x1D, 0x21, 0x25), (0x1D, 0x21, 0x25), (0x07, 0x11, 0x0E), soft=0.13, strong=0.75)


def check_colour(text: str, field: str) -> str:
    """Return a colour as ``#rrggbb``, empty for none.

    Raises:
        InvalidInput: it is not written so.
    """
    wanted = text.strip()
    found = _HEX.fullmatch(wanted)
    if wanted and found is None:
        problem = _("Please give a colour as # with three or six digits from 0 to f, such as #1f6f5c.")
        raise InvalidInput(field, problem)
    return "" if found is None else to_hex(to_rgb(found[1]))


def to_rgb(text: str) -> Rgb:
    """Return the three parts of a colour of three or six hexadecimal digits, with or without ``#``."""
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(one * 2 for one in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_hex(colour: Rgb) -> str:
    """Return a colour as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@cache
def _linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def luminance(colour: Rgb) -> float:
    """Return the relative luminance, from 0 for black to 1 for white (WCAG 2.2)."""
    red, green, blue = colour
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: Rgb, ground: Rgb, share: float) -> Rgb:
    """Return a colour laid over a ground, of which ``share`` covers it."""
    red, green, blue = (round(one * share + other * (1 - share)) for one, other in zip(colour, ground, strict=True))
    return red, green, blue


def nearest(colour: Rgb, ground: Rgb, *, lighter: bool) -> Rgb:
    """Return the colour if it can be read on the ground, else the nearest lighter or darker shade of it that can.

    Hue and saturation stay. Each part of a colour grows with its lightness, so half of what is left can be ruled out
    with each look.
    """
    if contrast(colour, ground) >= LEAST:
        return colour
    shade = _shades(colour, 1.0 if lighter else 0.0)
    few, many = 0, _STEPS
    while many - few > 1:
        middle = (few + many) // 2
        if contrast(shade(middle), ground) >= LEAST:
            many = middle
        else:
            few = middle
    return shade(many)


def _shades(colour: Rgb, towards: float) -> Callable[[int], Rgb]:
    """Return what gives a colour so many steps nearer to a lightness."""
    hue, light, full = colorsys.rgb_to_hls(*(one / 255 for one in colour))

    def shade(step: int) -> Rgb:
        red, green, blue = colorsys.hls_to_rgb(hue, light + (towards - light) * step / _STEPS, full)
        return round(red * 255), round(green * 255), round(blue * 255)

    return shade


def tokens(colour: str, ground: Ground) -> Tokens:
    """Return all shades of a theme for the colour that a site has given; each can be read where it is used."""
    towards = 1.0 if ground.is_dark else 0.0
    accent = nearest(to_rgb(colour), ground.worst, lighter=ground.is_dark)
    soft = mix(accent, ground.card, ground.soft)
    further = round((1 - ground.strong) * _STEPS)
    strong = nearest(_shades(accent, towards)(further), soft, lighter=ground.is_dark)
    hover = _shades(strong, towards)(further)
    return Tokens(
        accent=to_hex(accent),
        strong=to_hex(strong),
        soft=to_hex(soft),
        hover=to_hex(hover),
        on_accent=to_hex(ground.on_accent),
        strong_parts=_parts(strong),
        hover_parts=_parts(hover),
    )


def _parts(colour: Rgb) -> str:
    return ", ".join(str(one) for one in colour)


def corrections(colour: str, dark_colour: str) -> list[str]:
    """Return a sentence for each colour that was given and is not used as it is."""
    said = []
    if colour and (used := tokens(colour, LIGHT).accent) != colour:
        said.append(_("{given} is too light for white text; {used} is used.", given=colour, used=used))
    if dark_colour and (used := tokens(dark_colour, DARK).accent) != dark_colour:
        said.append(_("{given} is too dark for the dark theme; {used} is used there.", given=dark_colour, used=used))
    return said
