"""The page "Look and words", and what every page wears of it."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask.testing import FlaskClient

from app.access.permissions import ReadyMade
from app.look.look import Look
from app.operations.look import check_draft, latest_look, save_look
from app.storage.store import Store
from app.web.security import CONTENT_SECURITY_POLICY, POLICY
from tests.keys import open_store
from tests.operations.setup_cast import context_of
from tests.unit.look.test_logo import PNG, svg
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import counted, practice, words

PAGE, FILE = "/setup/look", "/setup/look.yaml"
FIELDS = {
    "name": "Park & Partner",
    "colour": "#ffee00",
    "word": "patient",
    "title_en": "Welcome to {name}",
    "introduction_en": "We are\nhere.",
    "imprint": "https://example.org/imprint",
    "footer": "{name}, Main Street 1",
}


@pytest.fixture
def admin(sign_in: SignIn, store: Store) -> Browser:
    practice(store)
    return sign_in(ReadyMade.ADMINISTRATOR)


def send(admin: Browser, action: str, version: int | str = 0, **fields: object) -> tuple[int, str]:
    answer = admin.submit(PAGE, {**FIELDS, "version": str(version), "action": action, **fields})
    return answer.status_code, answer.text


def picture(content: bytes, name: str = "logo.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def kept_in(page: str, name: str) -> str:
    return named(rf'name="{name}" value="([^"]*)"', page)


def named(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None
    return html.unescape(found[1])


def test_preview_shows_everything_and_applies_nothing(admin: Browser, visitor: FlaskClient, store: Store) -> None:
    status, page = send(admin, "preview", logo=picture(svg('<path d="M0 0"/>'), "logo.png"))
    said = words(page)
    assert (status, latest_look(store)) == (200, Look())
    assert "So it would look. Nothing is applied yet." in said
    assert "#ffee00 is too light for white text; #" in said
    assert said.count("Welcome to Park & Partner") == 2
    assert ("A new patient" in said, "The patient wants to move" in said) == (True, True)
    assert page.count('src="data:image/svg+xml;base64,') == 3
    sheet = admin.get(named(r'href="(/setup/look/preview.css[^"]*)"', page))
    assert (sheet.mimetype, '.look-preview[data-bs-theme="dark"] {' in sheet.text) == ("text/css", True)
    assert "Partner" not in visitor.get("/").text


def test_applied_look_is_worn_by_the_next_page_of_everybody(admin: Browser, visitor: FlaskClient, store: Store) -> None:
    assert "<title>Book · Eigenplan</title>" in visitor.get("/").text
    page = send(admin, "preview", logo=picture(PNG))[1]
    assert send(admin, "apply", logo_kept=kept_in(page, "logo_kept"))[0] == 302
    shown = visitor.get("/").text
    assert ("<title>Book · Park &amp; Partner</title>" in shown, "Welcome to Park &amp; Partner" in shown) == (
        True,
        True,
    )
    assert '<a href="https://example.org/imprint">Imprint</a>' in shown
    assert "<span>Park &amp; Partner, Main Street 1</span>" in shown
    assert "<title>Sign in · Park &amp; Partner</title>" in visitor.get("/sign-in").text
    assert "<title>Not found · Park &amp; Partner</title>" in visitor.get("/nothing").text
    assert ("Patients" in words(admin.get("/today/").text), "Clients" in words(admin.get("/today/").text)) == (
        True,
        False,
    )
    german = visitor.get("/?lang=de").text
    assert ("Was möchten Sie buchen?" in german, "Impressum" in german) == (True, True)


def test_change_by_another_process_is_seen_by_the_next_request(
    admin: Browser, visitor: FlaskClient, store: Store, database_url: str
) -> None:
    assert "Elsewhere" not in visitor.get("/").text
    other = open_store(database_url)
    save_look(context_of(other), check_draft({"name": "Elsewhere", "word": "guest"}, b""), 0)
    other.close()
    store.read(lambda: None)
    with counted(store) as sent:
        assert "Elsewhere" in visitor.get("/").text
    with counted(store) as again:
        assert "Elsewhere" in visitor.get("/").text
    assert len(again) < len(sent)
    assert "Guests" in admin.get("/today/").text


def test_logo_and_style_sheet_are_kept_by_browsers_and_do_nothing(admin: Browser, visitor: FlaskClient) -> None:
    send(admin, "apply", logo=picture(svg("<title>Us</title>"), "a.svg"))
    page = visitor.get("/").text
    logo = visitor.get(named(r'src="(/look/logo-[^"]+)"', page))
    sheet = visitor.get(named(r'href="(/look.css[^"]+)"', page))
    kept = "public, max-age=31536000, immutable"
    assert (logo.mimetype, logo.data) == ("image/svg+xml", svg("<title>Us</title>"))
    assert logo.headers[POLICY] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert (logo.headers["X-Content-Type-Options"], logo.headers["Cache-Control"]) == ("nosniff", kept)
    assert (sheet.mimetype, sheet.headers["Cache-Control"], "--accent: #" in sheet.text) == ("text/css", kept, True)
    assert sheet.headers[POLICY] == CONTENT_SECURITY_POLICY
    other = visitor.get("/look.css", headers={"If-None-Match": sheet.headers["ETag"]})
    assert (other.status_code, visitor.get("/look.css?v=old").headers["Cache-Control"]) == (304, "no-store")
    assert visitor.get("/look/logo-0123456789abcdef.svg").status_code == 404
    assert [one.headers.get("Set-Cookie") for one in (logo, sheet)] == [None, None]


@pytest.mark.parametrize("action", ["preview", "apply"])
def test_wrong_fields_are_told_and_what_was_typed_stays(admin: Browser, store: Store, action: str) -> None:
    send(admin, action, word="own", german_one="Mieter", colour="x")
    wrong = {"colour": "yellowish", "title_en": "Hi {you}", "imprint": "javascript:alert(1)", "english_one": "member"}
    status, page = send(admin, action, **wrong, logo=picture(svg("<script>alert(1)</script>"), "logo.svg"))
    said = words(page)
    assert (status, latest_look(store)) == (422, Look())
    assert "Please give a colour as #" in said
    assert "Only {name} may stand in braces" in said
    assert "Please begin with https://" in said
    assert "Please give all forms of the word, or none." in said
    assert "This SVG holds &lt;script&gt;" in said
    assert [kept_in(page, name) for name in ("colour", "title_en", "imprint", "english_one", "name")] == [
        *wrong.values(),
        "Park & Partner",
    ]
    assert "alert(1)</script>" not in page


def test_logo_chosen_before_stays_until_another_or_none_is_chosen(admin: Browser, store: Store) -> None:
    kept = kept_in(send(admin, "preview", logo=picture(PNG))[1], "logo_kept")
    status, page = send(admin, "apply", logo_kept=kept, logo=picture(b"GIF89a"))
    assert (status, kept_in(page, "logo_kept")) == (422, kept)
    send(admin, "apply", logo_kept=kept)
    assert latest_look(store).logo.endswith(".png")
    send(admin, "apply", 1, logo_kept="?")
    assert latest_look(store).logo.endswith(".png")
    page = send(admin, "preview", 2, no_logo="1")[1]
    assert re.search(r'name="no_logo" value="1" checked', page)
    send(admin, "apply", 2, no_logo="1")
    assert latest_look(store).logo == ""


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(admin: Browser, store: Store) -> None:
    send(admin, "apply")
    status, page = send(admin, "apply", name="Other")
    assert (status, "Somebody else saved this" in page, kept_in(page, "name")) == (409, True, "Other")
    assert (kept_in(page, "version"), latest_look(store).name) == ("1", "Park & Partner")
    assert send(admin, "apply", "?")[0] == 409


def test_reset_is_how_it_was_delivered(admin: Browser, visitor: FlaskClient, store: Store) -> None:
    before = visitor.get("/").text
    send(admin, "apply", logo=picture(PNG))
    assert send(admin, "reset", 1)[0] == 302
    assert (visitor.get("/").text, latest_look(store)) == (before, Look())
    assert "look.css" not in before


def test_file_goes_out_and_comes_into_a_preview(admin: Browser, store: Store) -> None:
    send(admin, "apply", logo=picture(PNG))
    applied, written = latest_look(store), admin.get(FILE)
    assert written.headers["Content-Disposition"] == 'attachment; filename="eigenplan-look.yaml"'
    send(admin, "reset", 1)
    answer = admin.submit(FILE, {"file": picture(written.data, "look.yaml")})
    page = answer.text
    assert (answer.status_code, latest_look(store), "Nothing is applied yet" in page) == (200, Look(), True)
    fields = {name: kept_in(page, name) for name in ("name", "colour", "title_en", "imprint", "footer", "logo_kept")}
    send(admin, "apply", 2, **fields)
    assert latest_look(store) == applied


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"eigenplan_look: 1\nname: Us\ncolour: blue\n", "Line 3: Please give a colour"),
        (b"\xff\xfe", "The file must be text in UTF-8."),
        (b"", "Please choose a file."),
    ],
)
def test_file_with_anything_wrong_changes_nothing(admin: Browser, content: bytes, said: str) -> None:
    send(admin, "apply", name="Stays")
    answer = admin.submit(FILE, {"file": picture(content, "look.yaml")})
    assert (answer.status_code, said in words(answer.text), kept_in(answer.text, "name")) == (422, True, "Stays")


def test_what_people_typed_keeps_its_words_in_the_audit_log(admin: Browser) -> None:
    send(admin, "apply", name="Client House", footer="For clients")
    page = words(admin.get("/audit/").text)
    assert ("Look and words" in page, "Client House" in page, "For clients" in page) == (True, True, True)
