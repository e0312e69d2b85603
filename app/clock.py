"""The one place that asks what time it is; everything else is given ``now``."""

from __future__ import annotations

import time


def now() -> int:
    """Return the present instant (seconds since the epoch, UTC)."""
    return int(time.time())
