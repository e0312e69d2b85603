"""How long things took on lab hosts, against the promised figures; a test fails only at three times a figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

TOLERANCE = 3.0
"""A test machine does other things at the same time."""


@dataclass(frozen=True, slots=True)
class Time:
    """One measured time and its figure; without one it is only told."""

    system: str
    what: str
    seconds: float
    figure: float | None = None

    @property
    def line(self) -> str:
        """One row of the report."""
        promised = "" if self.figure is None else f"  of {self.figure:.0f} s"
        return f"{self.system:<20} {self.what:<44} {self.seconds:7.1f} s{promised}"


@dataclass(slots=True)
class Times:
    """All of a test run."""

    taken: list[Time] = field(default_factory=list)

    def note(self, system: str, what: str, seconds: float, figure: float | None = None) -> bool:
        """Note a time; returns whether it is within three times its figure."""
        self.taken.append(Time(system, what, seconds, figure))
        return figure is None or seconds < TOLERANCE * figure

    def report(self) -> str:
        """Return the table."""
        return "".join(f"{one.line}\n" for one in self.taken)

    def keep(self, file: Path) -> None:
        """Write the table where the next run replaces it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.report())


TIMES = pytest.StashKey[Times]()
"""Where a test run, or a worker of it, has its own."""
