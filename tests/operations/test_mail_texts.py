"""The words of mails as administrators change them: what goes out, what is refused, told and taken along."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, StaleVersion
from app.look.mail_text import MailText, check_mail_text, warnings_of
from app.operations.archive.export_settings import settings_text
from app.operations.book import book
from app.operations.context import Context
from app.operations.flat_file import FlatFileError
from app.operations.letters import account_letters, address_letters, approval_letters, letters_text
from app.operations.letters.mail_examples import Reader, write_example
from app.operations.letters.mail_kinds import MAIL_KINDS, built_in
from app.operations.letters.mail_text_file import read_file, write_file
from app.operations.letters.mail_texts import check_draft, forget_text, get_text, list_texts, save_all, save_text
from app.operations.letters.mail_trials import TRIAL, send_trial, show_trial
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.look import check_draft as check_look
from app.operations.look import save_look
from app.operations.rights import actor_of
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import OutboxMessage, Setting, User
from app.texts import languages, speaking
from app.translations import load_languages
from tests.cast import one_provider
from tests.operations.helpers import system, visitor, wish
from tests.operations.letter_helpers import letters, messages
from tests.operations.setup_cast import context_of
from tests.operations.test_twice_at_once import twice

CONFIRMED, INVITATION = "confirmed.en", "invitation.en"
SITE = "https://book.example.org"


@pytest.fixture(autouse=True)
def _languages() -> None:
    load_languages()


def change(context: Context, subject: str, text: str, reference: str = CONFIRMED, version: str = "") -> None:
    save_text(context, reference, check_draft(reference, subject, text), version)


def told() -> list[tuple[str, str, str, object, object]]:
    rows = AuditEntry.select().where(AuditEntry.kind == "mail_text").order_by(AuditEntry.id)
    return [(row.action, row.kind, row.object, json.loads(row.before), json.loads(row.after)) for row in rows]


def test_every_letter_that_there_is_can_be_changed() -> None:
    kinds = {*letters_text.KINDS, *account_letters.KINDS, *address_letters.KINDS, *approval_letters.KINDS}
    assert set(MAIL_KINDS) == {*kinds, ASSIGNED}


def test_built_in_words_are_as_good_as_those_that_are_asked_for() -> None:
    for code in languages():
        with speaking(code):
            for kind in MAIL_KINDS.values():
                ours = built_in(kind.code)
                found = check_mail_text(ours.subject, ours.text, kind.placeholders)
                assert (kind.code, found) == (kind.code, (ours, {}))
                assert list(warnings_of(ours.text, kind.placeholders)) == []


def test_every_placeholder_has_a_value(store: Store) -> None:
    context = system(one_provider(store))
    reader = Reader("Ada Client", "ada@example.org", SITE)
    for kind in MAIL_KINDS.values():
        own = MailText(
            " ".join(f"{{{one.name}}}" for one in kind.placeholders if one.is_short),
            "\n\n".join(f"{one.name}: {{{one.name}}}" for one in kind.placeholders),
        )
        example = write_example(context, kind.code, own, reader)
        assert (kind.code, "{" in example.subject + example.text) == (kind.code, False)
        empty = [line for line in example.text.splitlines() if line.endswith(":") and not line.startswith(" ")]
        assert (kind.code, [one for one in empty if " " not in one.strip(":")]) == (kind.code, [])


def test_changed_words_go_out_in_their_language_at_once(store: Store) -> None:
    cast = one_provider(store)
    change(
        context_of(store), "Yes: {service}", "Dear {client},\n\nsee you on {when} at {place}.\n\n{check_in}\n\n{link}"
    )
    book(visitor(cast), wish(cast))
    letter = letters(cast)["confirmed"]
    said = "Dear Ada Client,\n\nsee you on Monday 7 January 2030, 11:00 at Centre.\n\n" + letter.links[0] + "\n"
    assert (letter.subject, letter.text) == ("Yes: Consultation", said)
    assert letter.attachment is not None
    with speaking("de"):
        assert get_text(context_of(store), "confirmed.de").is_own is False
    change(context_of(store), "Yes", "Come {link}", version=get_text(context_of(store), CONFIRMED).version)
    assert letters(cast)["confirmed"].subject == "Yes"


def test_values_that_look_like_placeholders_stay_what_they_are(store: Store) -> None:
    cast = one_provider(store)
    change(context_of(store), "{client}", "{client} {link}")
    request = wish(cast)
    book(visitor(cast), replace(request, client=replace(request.client, name="{link} {0}")))
    letter = letters(cast)["confirmed"]
    assert (letter.subject, letter.text) == ("{link} {0}", f"{{link}} {{0}} {letter.links[0]}\n")


def test_built_in_words_use_the_word_of_the_site_and_are_no_change(store: Store) -> None:
    context = context_of(store)
    save_look(context, check_look({"word": "guest"}, b""), 0)
    ours = get_text(context_of(store), CONFIRMED)
    change(context, ours.text.subject, ours.text.text)
    assert (ours.is_own, Setting.select().where(Setting.key.startswith("mail_text")).count(), told()) == (False, 0, [])


def test_edits_are_told_exported_and_taken_back(store: Store) -> None:
    context = context_of(store)
    change(context, "Yes", "Come {link}")
    first = get_text(context, CONFIRMED)
    change(context, "Yes!", "Come {link}", version=first.version)
    second = get_text(context, CONFIRMED)
    assert ("Come {link}" in store.read(settings_text), second.is_own) == (True, True)
    forget_text(context, CONFIRMED, second.version)
    assert get_text(context, CONFIRMED).version == ""
    about = ("mail_text", CONFIRMED)
    assert told() == [
        ("made", *about, {}, {"subject": "Yes", "text": "Come {link}"}),
        ("changed", *about, {"subject": "Yes"}, {"subject": "Yes!"}),
        ("removed", *about, {"subject": "Yes!", "text": "Come {link}"}, {}),
    ]


def test_words_that_are_wrong_late_or_about_nothing_change_nothing(store: Store) -> None:
    context = context_of(store)
    with pytest.raises(InvalidInput):
        change(context, "Your account", "Welcome", INVITATION)
    change(context, "Yes", "Come {link}")
    with pytest.raises(StaleVersion):
        change(context, "No", "Come {link}")
    with pytest.raises(StaleVersion):
        forget_text(context, CONFIRMED, "")
    for reference in ("nothing.en", "confirmed.xx", "confirmed", ""):
        with pytest.raises(NotFound):
            get_text(context, reference)
    assert [(one.reference, one.text.subject) for one in list_texts(context) if one.is_own] == [(CONFIRMED, "Yes")]


def test_of_two_editors_at_once_one_is_told(store: Store) -> None:
    found = twice(
        store,
        lambda: change(context_of(store), "First", "Come {link}"),
        lambda: change(context_of(store), "Second", "Come {link}"),
    )
    assert sorted(str(type(one)) for one in found) == sorted([str(type(None)), str(StaleVersion)])
    assert get_text(context_of(store), CONFIRMED).text.subject == ("First", "Second")[found.index(None)]


def test_words_are_changed_by_whoever_manages_settings_of_everything(store: Store) -> None:
    draft = check_draft(CONFIRMED, "Yes", "Come {link}")
    asks: list[Callable[[Context], object]] = [
        lambda context: save_text(context, CONFIRMED, draft, ""),
        lambda context: save_all(context, {CONFIRMED: draft}),
        lambda context: get_text(context, CONFIRMED),
        list_texts,
        lambda context: show_trial(context, CONFIRMED, draft, SITE),
        lambda context: send_trial(context, CONFIRMED, draft),
    ]
    for role in (ReadyMade.FRONT_DESK, ReadyMade.PROVIDER, ReadyMade.VIEWER):
        for ask in asks:
            with pytest.raises(NotAllowed):
                ask(context_of(store, role))
    assert (Setting.select().where(Setting.key.startswith("mail_text")).count(), messages()) == (0, [])


def test_test_mail_says_the_words_that_were_typed_in_their_language(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.user("Root", "administrator"))
    root = User.get(User.name == "Root")
    context = Context(store, actor_of(root), cast.now)
    draft = check_draft("series_booked.de", "Alles da: {count}", "Hallo {client},\n\n{dates}\n\n{details}")
    assert send_trial(context, "series_booked.de", draft) == root.email
    letter = letters(cast)[TRIAL]
    shown = show_trial(context, "series_booked.de", draft, SITE)
    assert (letter.to_email, letter.subject, letter.is_secret) == (root.email, "Test: Alles da: 3", False)
    assert letter.text.startswith("Hallo Root,\n\nFreitag, 11.")
    assert (letter.text, letter.subject) == (shown.text, f"Test: {shown.subject}")
    with pytest.raises(InvalidInput):
        send_trial(context, INVITATION, check_draft(INVITATION, "Hello", "no way in"))
    assert OutboxMessage.select().count() == 1


def test_file_gives_back_what_was_written_and_changes_only_that(store: Store) -> None:
    context = context_of(store)
    change(context, "Ja: {service}", "Hallo {client},\n\nbis dann: {link}", "confirmed.de")
    change(context, "Yes", "Come {link}")
    written = write_file(list_texts(context))
    forget_text(context, "confirmed.de", get_text(context, "confirmed.de").version)
    change(context, "Moved", "Look {link}", "moved.en")
    save_all(context, read_file(written))
    own = [(one.reference, one.text.subject) for one in list_texts(context) if one.is_own]
    assert own == [(CONFIRMED, "Yes"), ("confirmed.de", "Ja: {service}"), ("moved.en", "Moved")]
    assert (written.splitlines()[0], told()[-1][:3]) == (
        "# Eigenplan: docs/mail-texts.md",
        ("made", "mail_text", "confirmed.de"),
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("name: x", "Line 1: The file must have the line eigenplan_mail_texts: 1, by which it is known."),
        ("eigenplan_mail_texts: 1\nnothing.en.text: x", "Line 2: There is no field called nothing.en.text."),
        ("eigenplan_mail_texts: 1\nmoved.en.body: x", "Line 2: There is no field called moved.en.body."),
        ("eigenplan_mail_texts: 1\nmoved.en.text: x", "Line 2: The field moved.en.subject is missing."),
        (
            "eigenplan_mail_texts: 1\nmoved.en.subject: x\nmoved.en.text: '{lnk}'",
            "Line 3: There is no {lnk}; did you mean {link}?",
        ),
    ],
)
def test_file_with_anything_wrong_is_told_by_its_line(content: str, problem: str) -> None:
    with pytest.raises(FlatFileError) as refused:
        read_file(content)
    assert refused.value.problems == [problem]
