from __future__ import annotations

import pytest

from app.booking.refusals import InvalidInput
from app.look.logo import MOST_BYTES, check_logo

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
SHAPES = "an SVG with shapes"


def svg(inner: str) -> bytes:
    return SVG.format(inner).encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "jpg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (svg('<path d="M0 0h9v9z" style="fill:#1f6f5c"/>'), "svg"),
        (svg('<path d="M0 0h9v9z" style="fill: rgb(0, 9, 9); transform: rotate(9deg)"/>'), "svg"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- drawn -->' + svg("<title>Us</title>"), "svg"),
        (svg('<defs><linearGradient id="a"><stop offset="1"/></linearGradient></defs><g fill="url(#a)"/>'), "svg"),
        (svg('<g id="b"/><use href="#b"/><use xlink:href="#b"/><text xml:space="preserve">Us</text>'), "svg"),
    ],
)
def test_picture_is_known_by_its_content(content: bytes, kind: str) -> None:
    name, _dot, ending = check_logo(content, "logo").partition(".")
    assert (len(name), ending) == (16, kind)
    assert check_logo(content, "logo") == check_logo(bytes(content), "logo")


def test_no_logo_has_no_name() -> None:
    assert check_logo(b"", "logo") == ""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"GIF89a" + bytes(20), "Please choose a picture: PNG, JPEG, WebP or SVG."),
        (b"MZ\x90\x00", "Please choose a picture: PNG, JPEG, WebP or SVG."),
        (b"\x89PNG\r\n\x1a\n<svg/>", "Please choose a picture: PNG, JPEG, WebP or SVG."),
        (b"<html><body/></html>", "Please choose a picture: PNG, JPEG, WebP or SVG."),
        (b"<svg/>", "Please choose a picture: PNG, JPEG, WebP or SVG."),
        (PNG + bytes(MOST_BYTES), "Please choose a logo of at most 256 kB."),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'), "<foreignObject>"),
        (svg('<p xmlns="http://www.w3.org/1999/xhtml"/>'), "<p>"),
        (svg("<style>path { fill: red }</style>"), "<style>"),
        (svg('<animate attributeName="href" to="x"/>'), "<animate>"),
        (svg('<image href="data:image/png;base64,AA=="/>'), "<image>"),
        (svg('<a href="#x"/>'), "<a>"),
        (svg('<path onclick="alert(1)"/>'), "the attribute onclick"),
        (svg('<path xmlns:k="urn:k" k:d="x"/>'), "the attribute d"),
        (svg('<use href="other.svg#a"/>'), "fetches something from elsewhere"),
        (svg('<use xlink:href=" java\tscript:alert(1)"/>'), "fetches something from elsewhere"),
        (svg('<g fill="url(https://example.org/a)"/>'), "fetches something from elsewhere"),
        (svg('<g style="fill:u\\72l(//example.org)"/>'), "fetches something from elsewhere"),
        (svg('<g style="background:src(//example.org)"/>'), "fetches something from elsewhere"),
        (svg('<g style="fill:image-set(//example.org)"/>'), "fetches something from elsewhere"),
        (svg('<g style="@import x"/>'), "fetches something from elsewhere"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("<text>&a;</text>"), "document type or entities"),
        (b'<?xml-stylesheet href="a.css"?>' + svg(""), "tells programs"),
        (svg("<path>"), "cannot be read"),
        (b'<?xml version="1.0" encoding="utf-16"?>' + svg(""), "cannot be read"),
        (b"<\xff\xfe>", "cannot be read"),
        (svg("&nothing;"), "cannot be read"),
    ],
)
def test_picture_that_does_more_than_show_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_logo(content, "logo")
    assert (refused.value.field, problem in refused.value.problem) == ("logo", True), refused.value.problem
