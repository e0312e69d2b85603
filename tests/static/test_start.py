"""What every web process would carry with it, if it were loaded at the start."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

SELDOM = ("authlib", "holidays", "icalendar", "joserfc", "ldap3", "markdown_it", "segno", "webauthn", "zxcvbn")
"""Libraries that few requests need; together they take more than 30 MB."""


def test_web_process_starts_without_what_few_requests_need() -> None:
    assert [name for name in SELDOM if find_spec(name) is None] == []
    script = f"import sys, app.factory; print(*[name for name in {SELDOM!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
