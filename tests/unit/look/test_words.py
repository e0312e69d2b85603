from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from app.commands.texts import collect
from app.help.guides import FOLDER as GUIDES
from app.look.words import OWN, WORDS, Noun, Word, check_own, exchange, word_of
from app.operations.presets.files import FOLDER as PRESETS
from app.texts import EXCHANGED, _, in_context, plural, speaking, use_words, using_words
from app.translations import FOLDER, load_languages, read_catalog

MEMBER = Word("member", "members", (Noun("n", "Mitglied", "Mitglieds", "Mitglied", "Mitglieder", "Mitgliedern"),))
HOLE = re.compile(r"\{[^{}]*\}|<[^<>]*>")
MAIL_OTHERWISE = re.compile(r"(?<!E-)\bMail|[Tt]estmail|smail")
GERMAN = {
    "german_gender": "m",
    "german_one": "Mieter",
    "german_of": "Mieters",
    "german_to": "Mieter",
    "german_many": "Mieter",
    "german_to_many": "Mietern",
}


@cache
def all_texts() -> list[tuple[str, str, str]]:
    """Return English text, language and what is said in that one, of every form of every text."""
    return list(_all_texts())


def _all_texts() -> Iterator[tuple[str, str, str]]:
    german = read_catalog(FOLDER / "de.po")
    for message in (one for one in collect() if one.id):
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        found = german.get(message.id, message.context)
        assert found is not None
        said = found.string if isinstance(found.string, (tuple, list)) else (found.string,)
        yield from ((ids[0], "en", text) for text in ids)
        yield from ((ids[0], "de", str(text)) for text in said)


@pytest.mark.parametrize("word", [WORDS["patient"], WORDS["guest"], WORDS["participant"], MEMBER])
def test_no_text_keeps_the_old_word_or_loses_a_placeholder(word: Word) -> None:
    wrong = []
    for english, code, text in all_texts():
        if EXCHANGED not in english:
            continue
        said = exchange(text, code, word)
        left = re.search("lient" if code == "en" else "Kund", HOLE.sub("", said))
        if left or HOLE.findall(said) != HOLE.findall(text):
            wrong.append(said)
    assert wrong == []


def test_german_texts_have_one_word_for_mail() -> None:
    written = [path.read_text(encoding="utf-8") for path in (*GUIDES.glob("de/*.md"), *PRESETS.glob("*.yml"))]
    said = [text for _english, code, text in all_texts() if code == "de"]
    assert [text for text in said + written if MAIL_OTHERWISE.search(text)] == []


def test_texts_that_are_left_alone_name_no_client() -> None:
    named = {english for english, code, text in all_texts() if EXCHANGED not in english and "Kund" in text}
    assert named == {"Customer"}  # one of the words to choose from


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Clients", "Members"),
        ("A client's booking for {client}", "A member's booking for {client}"),
        ("clients' names", "members' names"),
        ("The client", "The member"),
        ("clientele", "clientele"),
    ],
)
def test_english_texts_take_two_forms(text: str, said: str) -> None:
    assert exchange(text, "en", MEMBER) == said


def test_english_article_and_possessive_follow_the_word() -> None:
    child = Word("athlete", "children")
    assert exchange("A client, a client: clients' names", "en", child) == "An athlete, an athlete: children's names"


@pytest.mark.parametrize(
    ("text", "patient", "member"),
    [
        ("Die Kundin oder der Kunde", "Die Patientin oder der Patient", "Das Mitglied"),
        ("für die Kundin oder den Kunden", "für die Patientin oder den Patienten", "für das Mitglied"),
        ("der Kundin oder des Kunden", "der Patientin oder des Patienten", "des Mitglieds"),
        ("mit der Kundin oder dem Kunden", "mit der Patientin oder dem Patienten", "mit dem Mitglied"),
        ("Diese Kundin oder dieser Kunde", "Diese Patientin oder dieser Patient", "Dieses Mitglied"),
        ("Neue Kundin oder neuer Kunde", "Neue Patientin oder neuer Patient", "Neues Mitglied"),
        ("von Kundinnen und Kunden", "von Patientinnen und Patienten", "von Mitgliedern"),
        ("Kundendaten", "Daten der Patientinnen und Patienten", "Daten der Mitglieder"),
    ],
)
def test_german_texts_follow_gender_and_case(text: str, patient: str, member: str) -> None:
    assert (exchange(text, "de", WORDS["patient"]), exchange(text, "de", MEMBER)) == (patient, member)


@pytest.mark.parametrize(("code", "word"), [("de", Word("member", "members")), ("fr", MEMBER), ("en", WORDS["client"])])
def test_language_without_forms_keeps_its_word(code: str, word: Word) -> None:
    assert exchange("The client: Kundschaft", code, word) == "The client: Kundschaft"


def test_texts_are_said_with_the_words_and_what_was_typed_is_not_touched() -> None:
    load_languages()
    with using_words(lambda told, code: exchange(told, code, MEMBER)):
        english = [
            _("Move {service} for {client}", service="Client talk", client="a client"),
            _("Clients"),
            _("Search"),
        ]
        counted = plural("Brought in: {number} client.", "Brought in: {number} clients.", 2)
        with speaking("de"):
            german = [_("The client"), in_context("fact", "client")]
    assert english == ["Move Client talk for a client", "Members", "Search"]
    assert (counted, german) == ("Brought in: 2 members.", ["Mitglied", "Mitglied"])
    assert _("Clients") == "Clients"
    use_words(lambda told, code: exchange(told, code, MEMBER))
    said = _("Clients")
    use_words(None)
    assert (said, _("Clients")) == ("Members", "Clients")


@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ({}, []),
        ({"english_one": "member", "english_many": "members", "word": OWN}, []),
        ({**GERMAN, "word": OWN}, []),
        ({**GERMAN, "german_she": "Mieterin", "german_shes": "Mieterinnen", "word": OWN}, []),
        ({"word": OWN}, ["english_one"]),
        ({"english_one": "member"}, ["english_many"]),
        ({**GERMAN, "german_to": ""}, ["german_to"]),
        ({**GERMAN, "german_she": "Mieterin"}, ["german_shes"]),
        ({"german_she": "Mieterin", "german_shes": "Mieterinnen"}, ["german_one"]),
        ({**GERMAN, "german_gender": "x"}, ["german_gender"]),
        ({"english_one": "{member", "english_many": "<b>"}, ["english_one", "english_many"]),
        ({"english_one": "no-show guest", "english_many": "no-show guests"}, []),
    ],
)
def test_forms_are_given_whole_and_as_words(texts: dict[str, str], fields: list[str]) -> None:
    assert list(check_own(texts)) == fields


def test_own_word_is_a_pair_where_women_have_a_form() -> None:
    pair = word_of(OWN, {**GERMAN, "german_she": "Mieterin", "german_shes": "Mieterinnen"})
    assert exchange("Kundinnen und Kunden", "de", pair) == "Mieterinnen und Mieter"
    assert exchange("die Kundin oder den Kunden", "de", word_of(OWN, GERMAN)) == "den Mieter"
    assert exchange("Clients", "en", pair) == "Clients"
    assert word_of(OWN, {"english_one": "a", "german_one": "b", "german_she": "c"}) == WORDS["client"]
    assert (word_of(OWN, {"english_one": "a", "english_many": "b"}).nouns, word_of("gone", {})) == ((), WORDS["client"])
