"""The typefaces to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.texts import mark


@dataclass(frozen=True, slots=True)
class Typeface:
    """One that devices have already, as nothing is fetched from elsewhere; ``stack``: as CSS lists it."""

    label: str
    stack: str


TYPEFACES: Mapping[str, Typeface] = {
    "": Typeface(mark("The device's own"), ""),
    "plain": Typeface(mark("Plain"), 'Arial, Helvetica, "Liberation Sans", sans-serif'),
    "open": Typeface(mark("Open, for easy reading"), 'Verdana, "DejaVu Sans", Tahoma, sans-serif'),
    "humanist": Typeface(mark("Humanist"), 'Seravek, "Gill Sans", Candara, Calibri, Ubuntu, "Noto Sans", sans-serif'),
    "rounded": Typeface(mark("Rounded"), 'ui-rounded, "Arial Rounded MT Bold", Quicksand, Nunito, sans-serif'),
    "serif": Typeface(mark("With serifs"), 'Charter, Georgia, "Liberation Serif", Cambria, serif'),
}
