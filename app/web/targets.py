"""Where a sign-in or a form leads back to: only ever to a path of our own."""

from __future__ import annotations

from urllib.parse import urlsplit

MOST = 2000


def own_path(wanted: str) -> str:
    r"""Return the path if it leads to this site and nowhere else, or nothing.

    Browsers read ``//host`` and ``/\host`` as another site, and drop tabs and line breaks before they read.
    """
    return wanted if len(wanted) <= MOST and _is_own(wanted) else ""


def _is_own(wanted: str) -> bool:
    if any(ord(one) < 32 for one in wanted):  # a header with a line break in it cannot be sent
        return False
    try:
        parts = urlsplit(wanted)
    except ValueError:  # such as //[
        return False
    return not (parts.scheme or parts.netloc) and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
