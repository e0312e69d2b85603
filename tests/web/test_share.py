"""The page "Share and embed": links, QR codes, pieces of HTML, and which sites may embed."""

from __future__ import annotations

import re
import struct
import zlib

import pytest
import segno
from flask.testing import FlaskClient

from app.access.permissions import Permission, ReadyMade
from app.operations.setup.embedding import allowed_origins
from app.storage.store import Store
from app.storage.tables import Location, Service
from tests.cast import Cast
from tests.web.conftest import Browser, SignIn, SignInWith
from tests.web.reading import Page

PAGE = "/setup/share"
BASE = "http://localhost"
BORDER, SVG_SCALE, PNG_SCALE = 4, 8, 12

Modules = list[list[bool]]


@pytest.fixture
def manager(cast: Cast, sign_in: SignIn) -> Browser:
    """The browser of a manager of the cast's practice."""
    return sign_in(ReadyMade.MANAGER)


def options(page: str) -> list[str]:
    """What can be shared, by its keys."""
    return re.findall(r'<option value="([^"]+)"', page)


def pieces(manager: Browser, key: str) -> dict[str, str]:
    """What may be copied for this key, by its fields."""
    page = Page(manager.get(PAGE, query_string={"of": key}).text)
    return next(one.fields for one in page.forms if "link" in one.fields)


def test_links_lead_visitors_to_what_they_name(manager: Browser, visitor: FlaskClient, cast: Cast) -> None:
    keys = options(manager.get(PAGE).text)
    assert [keys[0], f"location:{cast.ids['Centre']}" in keys, f"person:{cast.ids['Ada']}" in keys] == [
        "site",
        True,
        True,
    ]
    found = {}
    for key in keys:
        link = pieces(manager, key)["link"]
        found[key] = (link.startswith(f"{BASE}/"), visitor.get(link.removeprefix(BASE)).status_code)
    assert set(found.values()) == {(True, 200)}
    person = visitor.get(f"/?provider={cast.ids['Ada']}").text
    assert "What would you like to book with Ada?" in person
    times = [link for link in Page(person).links if link.startswith("/book/times?")]
    assert times
    assert all(f"provider={cast.ids['Ada']}" in link for link in times)
    assert [visitor.get(f"/?{one}").status_code for one in ("provider=gone", f"provider={cast.ids['Laser']}")] == [
        404
    ] * 2


def test_services_that_are_not_listed_are_told_to_those_who_edit_them(
    manager: Browser, sign_in_with: SignInWith, store: Store, cast: Cast
) -> None:
    hidden, shut = f"service:{cast.ids['Consultation']}", f"service:{cast.ids['Intake']}"
    store.write(Service.update(visibility="link").where(Service.public_id == cast.ids["Consultation"]).execute)
    store.write(Service.update(visibility="staff").where(Service.public_id == cast.ids["Intake"]).execute)
    store.write(store.bump_catalog)
    settings = sign_in_with(Permission.MANAGE_SETTINGS)
    assert [
        (hidden in keys, shut in keys) for keys in (options(one.get(PAGE).text) for one in (manager, settings))
    ] == [
        (True, False),
        (False, False),
    ]
    assert [one.get(PAGE, query_string={"of": hidden}).status_code for one in (manager, settings)] == [200, 404]


def pixels(svg: bytes) -> Modules:
    """Read the modules of a code off its drawing: one path of horizontal lines, as segno draws them."""
    [width] = re.findall(r'<svg\b[^>]* width="(\d+)"', svg.decode())
    [drawn] = re.findall(r'<path\b[^>]* stroke="[^>]* d="([^"]+)"', svg.decode())
    size = int(width) // SVG_SCALE
    rows: Modules = [[False] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for verb, numbers in re.findall(r"([MmhH])([-\d. ]+)", drawn):
        values = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if verb == "M":
            x, y = values
        elif verb == "m":
            x, y = x + values[0], y + values[1]
        else:
            for column in range(int(x), int(x + values[0])):
                rows[int(y)][column] = True
            x += values[0]
    return [row[BORDER:-BORDER] for row in rows[BORDER:-BORDER]]


def unfiltered(data: bytes, height: int, length: int) -> list[bytes]:
    """Take the filters off the lines of a picture; those that repeat tell their difference to the one above."""
    lines = [bytes(length)]
    for row in range(height):
        start = row * (length + 1)
        line = data[start + 1 : start + 1 + length]
        assert data[start] in (0, 2)
        lines.append(line if data[start] == 0 else bytes((a + b) % 256 for a, b in zip(line, lines[-1], strict=True)))
    return lines[1:]


def picture(png: bytes) -> Modules:
    """Read the modules of a code off its picture: one bit a pixel (PNG, 9.2)."""
    width, height, bits = struct.unpack(">IIB", png[16:25])
    chunks, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        chunks += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    assert bits == 1
    lines = unfiltered(zlib.decompress(chunks), height, (width + 7) // 8)

    def is_dark(row: int, column: int) -> bool:
        return not lines[row][column // 8] >> (7 - column % 8) & 1

    middle = [number * PNG_SCALE + PNG_SCALE // 2 for number in range(BORDER, height // PNG_SCALE - BORDER)]
    return [[is_dark(row, column) for column in middle] for row in middle]


def test_codes_are_those_of_the_link(manager: Browser, cast: Cast) -> None:
    of = {"of": f"service:{cast.ids['Consultation']}"}
    url = f"{BASE}/book/times?service={cast.ids['Consultation']}"
    wanted = [[bool(one) for one in row] for row in segno.make_qr(url, error="m").matrix]
    svg, png = (manager.get(f"{PAGE}/code.{kind}", query_string=of) for kind in ("svg", "png"))
    assert (svg.mimetype, png.mimetype) == ("image/svg+xml", "image/png")
    assert pixels(svg.data) == wanted
    assert picture(png.data) == wanted
    assert [manager.get(f"{PAGE}/code.{kind}?of=gone").status_code for kind in ("svg", "png")] == [404] * 2


def test_pieces_of_html_hold_no_markup_of_a_name(manager: Browser, store: Store, cast: Cast) -> None:
    name = 'Centre "><script>alert(1)</script>'
    store.write(Location.update(name=name).where(Location.public_id == cast.ids["Centre"]).execute)
    store.write(store.bump_catalog)
    fields = pieces(manager, f"location:{cast.ids['Centre']}")
    url = f"{BASE}/?location={cast.ids['Centre']}"
    title = "Booking: Centre &#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    assert fields["fixed"] == (
        f'<iframe src="{url}&amp;embed=1" title="{title}" data-eigenplan width="100%" height="900" loading="lazy" '
        'style="border: 0; width: 100%"></iframe>'
    )
    assert fields["frame"] == f'{fields["fixed"]}\n<script src="{BASE}/embed.js" async></script>'
    assert re.findall(r"<(/?\w+)", fields["button"]) == ["a", "/a", "script", "/script"]


def test_sites_are_saved_and_wrong_ones_keep_what_was_typed(manager: Browser, store: Store) -> None:
    typed = "https://www.example.org/\nhttp://example.net"
    wrong = manager.submit(PAGE, {"origins": typed, "seen": ""})
    page = Page(wrong.text)
    assert (wrong.status_code, page.form("origins").fields["origins"], allowed_origins(store)) == (422, typed, ())
    assert page.errors == {"origins": "Line 2: only addresses that begin with https:// can be allowed."}
    saved = manager.submit(PAGE, {"origins": "https://www.example.org/", "seen": ""})
    assert (saved.status_code, allowed_origins(store)) == (303, ("https://www.example.org",))
    late = manager.submit(PAGE, {"origins": "https://late.example", "seen": ""})
    assert (late.status_code, allowed_origins(store)) == (409, ("https://www.example.org",))
    fields = Page(late.text).form("origins").fields
    assert (fields["origins"], fields["seen"]) == ("https://late.example", "https://www.example.org")


def test_who_manages_services_sees_links_and_sites_but_changes_none(
    sign_in_with: SignInWith, store: Store, cast: Cast
) -> None:
    services = sign_in_with(Permission.MANAGE_SERVICES)
    page = services.get(PAGE)
    assert (
        page.status_code,
        "No website may show your booking page yet" in page.text,
        'name="origins"' in page.text,
    ) == (200, True, False)
    assert services.submit(PAGE, {"origins": "https://www.example.org", "seen": ""}).status_code == 403
    assert allowed_origins(store) == ()
    assert "/setup/share" in services.get("/setup/").text
