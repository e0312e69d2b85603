"""Every page of the demo."""

from __future__ import annotations

from tests.bench.databases import Databases
from tests.bench.figures import Figure
from tests.bench.rig import Effort


def measure_pages(databases: Databases, effort: Effort) -> list[Figure]:
    return []
