"""On which systems the site is tested in a tier."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.lab.fingerprint import Notes, fingerprint
from tests.lab.folder import cache_folder
from tests.lab.lab import HOSTS
from tests.lab.state import HostPlan

SMALL_DATA_MIB = 64


@dataclass(frozen=True, slots=True)
class System:
    """A Debian and where bookings are kept on it."""

    host: str
    database: str

    @property
    def name(self) -> str:
        """What tests are called by."""
        return f"{self.host}-{self.database}"

    @property
    def plans(self) -> list[HostPlan]:
        """Two hosts: one that gets the site, one on which things go wrong first."""
        plan = next(one for one in HOSTS if one.name == self.host)
        return [replace(plan, data_mib=SMALL_DATA_MIB), replace(plan, name="other", data_mib=SMALL_DATA_MIB)]


USUAL = System("debian13", "sqlite")
AFTER_CHANGES = System("debian12", "postgresql")
OLD_WITH_FILE = System("debian12", "sqlite")
BY_NAME = {one.name: one for one in (USUAL, AFTER_CHANGES, OLD_WITH_FILE)}


def notes(environ: Mapping[str, str]) -> Notes:
    """Return where it is noted what was good on Debian 12."""
    return Notes(cache_folder(environ) / f"good-{AFTER_CHANGES.name}")


def site_systems(tier: str, notes_of_good: Notes, root: Path | None = None) -> list[System]:
    """Return where the site is installed and looked at: pairwise, so that each test meets both Debians and databases.

    In the lab tier the older Debian, only when something that hosts use has changed since it was good there. The
    newer Debian gets PostgreSQL, too, by a move of its bookings (``test_site_moved.py``).
    """
    if tier == "full":
        return [USUAL, AFTER_CHANGES]
    if tier != "lab":
        return [USUAL]
    mark = fingerprint(root) if root else fingerprint()
    return [USUAL] if notes_of_good.is_good(mark) else [USUAL, AFTER_CHANGES]


def trouble_systems(tier: str) -> list[System]:
    """Return where bad input, broken runs and left out roles are tried."""
    return [USUAL, OLD_WITH_FILE] if tier == "full" else [USUAL]


def current_tier() -> str:
    """Return the tier that is run."""
    return os.environ.get("EIGENPLAN_TEST_TIER", "")
