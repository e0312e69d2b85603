"""Logos: pictures that show something and do nothing.

A picture is known by how it begins (its magic bytes), never by its name. An SVG may hold what is in the lists here and
nothing else: what a list of dangers forgets would run in somebody's browser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from xml.parsers import expat

from app.booking.refusals import InvalidInput
from app.texts import _

MOST_BYTES = 256 * 1024
TYPES: Mapping[str, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}
"""Media types by what a logo's name ends in."""

_SVG, _XLINK, _XML = (
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS = _names(
    "svg g defs title desc symbol use path rect circle ellipse line polyline polygon text tspan "
    "linearGradient radialGradient stop clipPath mask"
)
ATTRIBUTES = _names(
    "id class version width height viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy d points "
    "transform pathLength offset gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits "
    "clip-path clip-rule mask fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stop-color stop-opacity opacity color "
    "display visibility style font-family font-size font-weight font-style text-anchor letter-spacing word-spacing "
    "dominant-baseline textLength lengthAdjust role aria-label aria-hidden focusable href "
    "baseProfile enable-background overflow paint-order vector-effect shape-rendering text-rendering"
)
CSS_FUNCTIONS = _names("url rgb rgba hsl hsla calc matrix translate translatex translatey scale rotate skewx skewy")
"""What a style may call; ``url`` is looked at by itself, and others, such as ``src`` and ``image``, fetch something."""

_CALLED = re.compile(r"([\w-]*)\(")


class _RefusedError(Exception):
    """Something in an SVG is not in the lists; the text is a sentence."""


def check_logo(content: bytes, field: str) -> str:
    """Return the name of a logo: a hash of its content, and what kind of picture it is; empty for no content.

    Raises:
        InvalidInput: it is too large, no picture of a known kind, or an SVG with more than shapes.
    """
    if not content:
        return ""
    if len(content) > MOST_BYTES:
        raise InvalidInput(field, _("Please choose a logo of at most {most} kB.", most=MOST_BYTES // 1024))
    return f"{hashlib.sha256(content).hexdigest()[:16]}.{_kind_of(content, field)}"


def _kind_of(content: bytes, field: str) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise InvalidInput(field, _("Please choose a picture: PNG, JPEG, WebP or SVG."))
    try:
        _read_svg(content)
    except _RefusedError as error:
        raise InvalidInput(field, str(error)) from error
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise InvalidInput(field, _("This SVG cannot be read; please save it again, as plain SVG in UTF-8.")) from error
    return "svg"


def _read_svg(content: bytes) -> None:
    content.decode("utf-8")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.ProcessingInstructionHandler = _refuse_instruction
    begun: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not begun and name != f"{_SVG} svg":
            raise _RefusedError(_("Please choose a picture: PNG, JPEG, WebP or SVG."))
        begun.append(name)
        _check_element(name)
        for attribute, value in attributes.items():
            _check_attribute(attribute, value)

    parser.StartElementHandler = start
    parser.Parse(content, True)


def _refuse_declaration(*_declared: object) -> None:
    raise _RefusedError(_("This SVG declares a document type or entities; please save it as plain SVG."))


def _refuse_instruction(*_told: object) -> None:
    raise _RefusedError(_("This SVG tells programs what to do with it; please save it as plain SVG."))


def _check_element(name: str) -> None:
    space, _blank, local = name.rpartition(" ")
    if space != _SVG or local not in ELEMENTS:
        problem = _("This SVG holds <{name}>, and a logo may hold shapes and texts only.", name=local[:40])
        raise _RefusedError(problem)


def _check_attribute(name: str, value: str) -> None:
    space, _blank, local = name.rpartition(" ")
    is_known = local in ATTRIBUTES if space == "" else (space, local) in {(_XLINK, "href"), (_XML, "space")}
    if not is_known:
        raise _RefusedError(_("This SVG holds the attribute {name}, which a logo may not have.", name=local[:40]))
    if _leads_out(local, value):
        raise _RefusedError(_("This SVG fetches something from elsewhere; a logo must hold all that it shows."))


def _leads_out(name: str, value: str) -> bool:
    """Whether a value names anything outside of the picture; CSS can hide that behind escapes and comments."""
    squeezed = "".join(value.split()).lower()
    if name == "href":
        return not squeezed.startswith("#")
    named = squeezed.split("url(")[1:]
    hidden = name == "style" and any(sign in squeezed for sign in ("\\", "@", "/*"))
    strange = name == "style" and not CSS_FUNCTIONS.issuperset(_CALLED.findall(squeezed))
    return hidden or strange or any(not one.lstrip("'\"").startswith("#") for one in named)
