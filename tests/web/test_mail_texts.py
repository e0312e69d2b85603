"""The pages "Mail texts": what is typed is shown as it will go out, and counts when it is saved."""

from __future__ import annotations

import html
import io
import re

import pytest

from app.access.permissions import ReadyMade
from app.operations.accounts.session_limits import RECENT_SECONDS
from app.operations.letters.mail_texts import get_text
from app.storage.store import Store
from app.storage.tables import OutboxMessage
from tests.cast import NOW
from tests.operations.setup_cast import context_of
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import practice, words

LIST, PAGE, FILE = "/setup/mail-texts", "/setup/mail-texts/confirmed.en", "/setup/mail-texts.yaml"
WORDS = {"subject": "Yes: {service}", "text": "Dear {client},\n\nhere it is:\n{link}"}


@pytest.fixture
def admin(sign_in: SignIn, store: Store) -> Browser:
    practice(store)
    return sign_in(ReadyMade.ADMINISTRATOR)


def send(admin: Browser, action: str, path: str = PAGE, **fields: str) -> tuple[int, str]:
    answer = admin.submit(path, {**WORDS, "version": "", "action": action, **fields})
    return answer.status_code, answer.text


def typed_in(page: str) -> tuple[str, str]:
    """Subject and text as the form has them."""
    subject, text = re.search(r'name="subject" value="([^"]*)"', page), re.search(r"<textarea[^>]*>\n([^<]*)<", page)
    assert subject is not None
    assert text is not None
    return html.unescape(subject[1]), html.unescape(text[1])


def counts(store: Store, reference: str = "confirmed.en") -> str:
    return get_text(context_of(store), reference).text.subject


def test_list_says_when_each_mail_goes_out_and_which_was_changed(admin: Browser) -> None:
    before = words(admin.get(LIST).text)
    send(admin, "save")
    after = words(admin.get(LIST).text)
    assert "Booking confirmed When a booking is confirmed at once." in before
    assert "Invitation to sign in When somebody is invited to sign in." in before
    assert ("English changed" in before, after.count("English changed")) == (False, 1)
    assert "Mail texts" in words(admin.get("/setup/").text)


def test_saved_words_count_at_once_and_the_built_in_ones_come_back(admin: Browser, store: Store) -> None:
    assert typed_in(admin.get(PAGE).text)[0] == "Confirmed: {service}, {when}"
    assert send(admin, "save")[0] == 302
    page = admin.get(PAGE).text
    assert (typed_in(page), counts(store)) == ((WORDS["subject"], WORDS["text"]), "Yes: {service}")
    version = get_text(context_of(store), "confirmed.en").version
    assert send(admin, "reset", version=version, subject="", text="")[0] == 302
    assert counts(store) == "Confirmed: {service}, {when}"


def test_preview_shows_an_example_and_what_it_lacks_and_changes_nothing(admin: Browser, store: Store) -> None:
    status, page = send(admin, "preview", text="Dear {client} <b>")
    said = words(page)
    assert (status, counts(store)) == (200, "Confirmed: {service}, {when}")
    assert ("Subject: Yes: " in said, "&lt;b&gt;" in page, "<b>" in page) == (True, True, False)
    assert "{link} is not in the text: nobody can change or cancel their booking by this mail." in said
    part = admin.submit(PAGE, {**WORDS, "text": "{lnk}"}, headers={"HX-Request": "true"})
    assert (part.status_code, "<form" in part.text) == (200, False)
    assert "There is no {lnk}; did you mean {link}?" in words(part.text)


@pytest.mark.parametrize("action", ["save", "preview", "trial"])
def test_words_that_cannot_be_used_are_told_and_stay_in_the_form(admin: Browser, store: Store, action: str) -> None:
    status, page = send(admin, action, subject="Yes {clint}", text="<i>{when it is}")
    said = words(page)
    assert (status, counts(store), OutboxMessage.select().count()) == (422, "Confirmed: {service}, {when}", 0)
    assert "There is no {clint}; did you mean {client}?" in said
    assert "There is no {when it is}; " in said
    assert typed_in(page) == ("Yes {clint}", "<i>{when it is}")


def test_mail_with_a_link_that_is_needed_is_not_saved_without(admin: Browser, store: Store) -> None:
    status, page = send(admin, "save", "/setup/mail-texts/invitation.de", text="Hallo {name}", subject="Hallo")
    assert (status, "This mail would be of no use without {link}; please put it in." in words(page)) == (422, True)
    assert get_text(context_of(store), "invitation.de").is_own is False


def test_link_that_would_be_carried_elsewhere_is_refused(admin: Browser, store: Store) -> None:
    status, page = send(admin, "save", text="Dear {client},\n\nhttps://example.net/?t={link}")
    said = "Please write a space or begin a new line before {link}, so that it leads where it should."
    assert (status, said in words(page), counts(store)) == (422, True, "Confirmed: {service}, {when}")


def test_words_around_a_link_to_a_password_take_the_right_over_users(sign_in: SignIn, store: Store) -> None:
    practice(store)
    manager, path = sign_in(ReadyMade.MANAGER), "/setup/mail-texts/invitation.en"
    page = manager.get(path)
    assert (page.status_code, 'value="save"' in page.text, 'value="preview"' in page.text) == (200, False, True)
    hello = {"subject": "Hello", "text": "Hello {name},\n{link}"}
    said = [send(manager, action, path, **hello)[0] for action in ("preview", "save", "reset")]
    assert said == [200, 403, 403]
    file = b"eigenplan_mail_texts: 1\ninvitation.en.subject: Hello\ninvitation.en.text: '{link}'\n"
    assert manager.submit(FILE, {"file": (io.BytesIO(file), "x.yaml")}).status_code == 403
    assert (get_text(context_of(store), "invitation.en").is_own, send(manager, "save")[0]) == (False, 302)


def test_changing_words_asks_again_and_trying_them_does_not(admin: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.clock.now", lambda: NOW + RECENT_SECONDS)
    assert [send(admin, action)[0] for action in ("save", "reset", "preview")] == [401, 401, 200]
    assert admin.submit(FILE, {"file": (io.BytesIO(b"eigenplan_mail_texts: 1\n"), "x.yaml")}).status_code == 401


def test_of_two_editors_the_second_is_told_and_keeps_what_was_typed(admin: Browser, store: Store) -> None:
    send(admin, "save")
    status, page = send(admin, "save", subject="Other")
    assert (status, "Somebody else saved this" in page, typed_in(page)[0]) == (409, True, "Other")
    assert (counts(store), send(admin, "reset")[0]) == ("Yes: {service}", 409)
    assert send(admin, "save", subject="Other", version=get_text(context_of(store), "confirmed.en").version)[0] == 302
    assert counts(store) == "Other"


def test_test_mail_goes_to_whoever_asks_and_nothing_typed_is_lost(admin: Browser, store: Store) -> None:
    status, page = send(admin, "trial")
    assert (status, "A test mail is on its way to" in words(page)) == (200, True)
    assert (typed_in(page), counts(store)) == ((WORDS["subject"], WORDS["text"]), "Confirmed: {service}, {when}")
    assert [row.kind for row in OutboxMessage.select()] == ["mail_text_tried"]
    assert "Test of a mail text" in words(admin.get("/outbox/").text)


def test_file_goes_out_and_comes_in(admin: Browser, store: Store) -> None:
    send(admin, "save")
    written = admin.get(FILE)
    assert written.headers["Content-Disposition"] == 'attachment; filename="eigenplan-mail-texts.yaml"'
    send(admin, "reset", version=get_text(context_of(store), "confirmed.en").version)
    answer = admin.submit(FILE, {"file": (io.BytesIO(written.data), "x.yaml")}, follow_redirects=True)
    assert ("1 text was read from the file." in words(answer.text), counts(store)) == (True, "Yes: {service}")
    wrong = admin.submit(FILE, {"file": (io.BytesIO(written.data + b"\nother: x\n"), "x.yaml")})
    assert (wrong.status_code, "There is no field called other." in words(wrong.text)) == (422, True)


def test_mail_that_there_is_not_is_not_found(admin: Browser) -> None:
    assert [admin.get(f"{LIST}/{one}").status_code for one in ("nothing.en", "confirmed.xx")] == [404, 404]
