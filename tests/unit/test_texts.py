from __future__ import annotations

from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from threading import Thread

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from app import texts
from app.texts import _, in_context, known, language, languages, mark, plural, speak, speaking


@pytest.fixture(autouse=True)
def _pirate(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language of three texts, spoken nowhere else."""
    catalog = Catalog(locale="de")
    catalog.add("Hello {name}, {{you}}", "Ahoi {name}, {{du}}")
    catalog.add(("{number} ship", "{number} ships"), ("{number} Schiff", "{number} Schiffe"))
    catalog.add("Book", "Buch", context="thing")
    catalog.add("Book", "Buchen", context="act")
    catalog.add("100 %", "100 Prozent")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    monkeypatch.setattr(texts, "_catalogs", {**texts._catalogs, "xx": GNUTranslations(compiled)})
    with speaking("en"):
        yield


def test_text_is_said_in_the_language_spoken_with_its_values() -> None:
    with speaking("xx"):
        assert _("Hello {name}, {{you}}", name="{Ada}") == "Ahoi {Ada}, {du}"
    assert _("Hello {name}, {{you}}", name="{Ada}") == "Hello {Ada}, {you}"


def test_text_without_values_is_not_filled_in() -> None:
    with speaking("xx"):
        assert [_("100 %"), _("{login}"), _("")] == ["100 Prozent", "{login}", ""]


def test_plural_follows_the_number_of_each_language() -> None:
    said = [plural("{number} ship", "{number} ships", number) for number in (0, 1, 2)]
    with speaking("xx"):
        assert [plural("{number} ship", "{number} ships", number) for number in (0, 1, 2)] == [
            "0 Schiffe",
            "1 Schiff",
            "2 Schiffe",
        ]
    assert said == ["0 ships", "1 ship", "2 ships"]


def test_context_tells_equal_words_apart() -> None:
    with speaking("xx"):
        assert [in_context("act", "Book"), in_context("thing", "Book"), _("Book")] == ["Buchen", "Buch", "Book"]
    assert in_context("act", "Book") == "Book"


def test_marked_text_stays_as_it_is_until_it_is_said() -> None:
    with speaking("xx"):
        assert (mark("100 %"), _(mark("100 %"))) == ("100 %", "100 Prozent")


def test_unknown_language_is_english() -> None:
    with speaking("tlh"):
        assert language() == "en"
    assert [known("xx"), known("tlh"), known("tlh", "xx"), languages()[0]] == ["xx", "en", "xx", "en"]


def test_language_ends_with_its_stretch_also_after_an_error() -> None:
    def break_off() -> None:
        with speaking("xx"):
            raise ValueError("over")

    with pytest.raises(ValueError, match=r"^over$"):
        break_off()
    assert language() == "en"


def test_threads_speak_each_their_own_language() -> None:
    heard: list[str] = []
    speak("xx")
    thread = Thread(target=lambda: heard.append(language()))
    thread.start()
    thread.join()
    assert (heard, language()) == (["en"], "xx")
