"""A measured figure and what it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Bound(StrEnum):
    """Which side of its target a figure must stay on; some are only reported."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``note`` has the absolute numbers that a ratio was made of."""

    name: str
    value: float
    bound: Bound
    target: float
    unit: str = "×"
    note: str = ""

    def holds(self, slack: float = 1.0) -> bool:
        """Say whether the target is met, or missed by less than ``slack`` times."""
        if self.bound is Bound.AT_MOST:
            return self.value <= self.target * slack
        if self.bound is Bound.AT_LEAST:
            return self.value >= self.target / slack
        return True

    @property
    def target_text(self) -> str:
        """The target with its bound, as shown."""
        if self.bound is Bound.REPORTED:
            return "reported"
        return f"{self.bound} {self.target:g} {self.unit}".rstrip()

    @property
    def value_text(self) -> str:
        """The value as shown."""
        return f"{self.value:.2f} {self.unit}".rstrip() if self.value < 10 else f"{self.value:.0f} {self.unit}"

    @property
    def verdict(self) -> str:
        """One word."""
        if self.bound is Bound.REPORTED:
            return "–"
        return "met" if self.holds() else "MISSED"


def at_most(name: str, value: float, target: float, unit: str = "×", note: str = "") -> Figure:
    """Return a figure that must not be above its target."""
    return Figure(name, value, Bound.AT_MOST, target, unit, note)


def at_least(name: str, value: float, target: float, unit: str = "×", note: str = "") -> Figure:
    """Return a figure that must not be below its target."""
    return Figure(name, value, Bound.AT_LEAST, target, unit, note)


def reported(name: str, value: float, unit: str = "×", note: str = "") -> Figure:
    """Return a figure without a target."""
    return Figure(name, value, Bound.REPORTED, 0.0, unit, note)


def thousandths(seconds: float) -> str:
    """Return seconds as milliseconds for a note."""
    return f"{seconds * 1000:.2f} ms"
