"""QR codes (ISO/IEC 18004), drawn by the library ``segno``, which is loaded when the first one is asked for."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

QUIET_ZONE = 4
"""Modules of white around the code, as the standard asks for."""


def draw(text: str, kind: Literal["svg", "png"], scale: int) -> bytes:
    """Return a code that a quarter of may be covered, as a drawing or as a picture.

    Args:
        text: what it says.
        kind: ``svg`` stays sharp at any size; ``png`` is what word processors take.
        scale: pixels of each module.
    """
    import segno

    content = BytesIO()
    extra = {"light": "#fff", "xmldecl": False} if kind == "svg" else {}
    segno.make_qr(text, error="m").save(content, kind=kind, scale=scale, border=QUIET_ZONE, **extra)
    return content.getvalue()
