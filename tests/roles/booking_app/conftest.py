from __future__ import annotations

import sys
from pathlib import Path

ROLE = Path(__file__).parents[3] / "roles" / "booking_app"
sys.path[:0] = [str(ROLE / "files"), str(ROLE / "filter_plugins")]
