"""Everything that people read is marked for translation, and said in every language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from babel.messages.catalog import Message

from app.commands.texts import collect, refresh, untranslated, write_catalog
from app.translations import FOLDER, load_languages, read_catalog
from tests.static.said import unsaid, unsaid_in_code, unsaid_in_template
from tests.static.sizes import ROOT

LOOKED_THROUGH = ("app/web", "app/operations", "app/booking", "app/access")
UNREAD: Mapping[str, str] = {
    "app/operations/archive/import_archive.py": "the command line alone imports",
    "app/operations/installation/probe.py": "the names of what checks of the installation book, which nobody else may",
    "app/operations/accounts/throttle.py": "why each limit is as it is, for who reads the code",
    "app/web/audit/fact_words.py": "each text stands beside the same words as its key",
    "app/web/devices.py": "names of browsers and systems, as they call themselves",
}
"""Files in which nothing is said to people at the site, with the reason."""

NOT_SAID: Mapping[str, frozenset[str]] = {
    "app/access/actors.py": frozenset({"Command line"}),  # as the log has it
    "app/booking/answers.py": frozenset({"Cc", "Cs", "Zl", "Zp"}),  # categories of Unicode
    "app/operations/clients/client_archive.py": frozenset(
        {"Eigenplan, what is kept about a client"}
    ),  # the form of the file
    "app/operations/moving_in/bring.py": frozenset({"e mail address", "e mail adresse"}),  # as people type it
    "app/operations/outside/provider.py": frozenset({"Asked"}),  # a type
    "app/operations/presets/parts.py": frozenset({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}),  # as files say it
    "app/operations/installation/readiness.py": frozenset({"Store"}),  # a type
    "app/operations/accounts/sealed.py": frozenset(
        {"not sealed by this version", "not sealed by this key for this row"}
    ),
    "app/operations/series.py": frozenset({"some occurrences of the series cannot be had"}),  # of an inner exception
    "app/operations/accounts/sign_in.py": frozenset({"a password that nobody has"}),
    "app/web/health.py": frozenset({"This slot takes no requests now: its serving file is not there."}),  # to programs
    "app/operations/calendars/live_pass.py": frozenset({"eigenplan live stream"}),  # a salt
    "app/web/public/token.py": frozenset(
        {"eigenplan booking form", "eigenplan visit form", "eigenplan waiting form"}
    ),  # salts
    "app/web/templates/audit/list.html": frozenset({"CSV", "JSON Lines"}),
}
"""What reads like a text and is none, by file."""

OUR_NAME = "Eigenplan"
HEADER = re.compile(r"[A-Z]\w*(-[A-Z]\w+)+|Allow")
"""Names of HTTP headers."""

HOLE = re.compile(r"\{\{|\}\}|\{(\w+)\}")
TAG = re.compile(r"</?\w+[^>]*>")
LANGUAGES = sorted(FOLDER.glob("*.po"))


def files() -> list[Path]:
    found = [
        path for folder in LOOKED_THROUGH for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".html")
    ]
    return sorted(path for path in found if "vendor" not in path.parts)


def test_texts_are_marked_wherever_people_read_them() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in files()
        for line, text in unsaid(path)
        if not _is_excused(str(path.relative_to(ROOT)), text)
    ]
    assert found == []


def _is_excused(name: str, text: str) -> bool:
    is_a_name = text == OUR_NAME or HEADER.fullmatch(text) is not None
    return is_a_name or name in UNREAD or text in NOT_SAID.get(name, ())


def test_exceptions_are_still_there() -> None:
    gone = {name: texts - {text for _, text in unsaid(ROOT / name)} for name, texts in NOT_SAID.items()}
    assert {name: texts for name, texts in gone.items() if texts} == {}
    assert [name for name in UNREAD if not unsaid(ROOT / name)] == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_language_says_every_text_and_no_other(path: Path) -> None:
    catalog, wanted = read_catalog(path), collect()
    assert [one.id for one in untranslated(catalog, wanted)] == []
    assert [one.id for one in catalog if one.id and wanted.get(one.id, one.context) is None] == []


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_translations_hold_what_their_texts_hold(path: Path) -> None:
    wrong = [one.id for one in read_catalog(path) if one.id and not _is_alike(one)]
    assert wrong == []


def _is_alike(message: Message) -> bool:
    """Whether a translation has the placeholders and the markup of its text; a singular may say its number in words."""
    if isinstance(message.id, str):
        return _parts(str(message.string)) == _parts(message.id)
    one, many = message.id[0], message.id[-1]
    first, *others = list(message.string or ())
    allowed = [_parts(one), _parts(many)]
    return _parts(first) in allowed and all(_parts(text) == _parts(many) for text in others)


def _parts(text: str) -> tuple[set[str], Counter[str]]:
    return {match.group(0) for match in HOLE.finditer(text)}, Counter(TAG.findall(text))


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_language_file_is_as_the_command_writes_it(path: Path, tmp_path: Path) -> None:
    catalog = read_catalog(path)
    refresh(catalog, collect())
    again = tmp_path / path.name
    write_catalog(catalog, again)
    assert again.read_text("utf-8") == path.read_text("utf-8")


def test_hosts_may_choose_every_language() -> None:
    specs = yaml.safe_load((ROOT / "roles/site/meta/argument_specs.yml").read_text("utf-8"))
    choices = specs["argument_specs"]["main"]["options"]["site_language"]["choices"]
    assert sorted(choices) == sorted(load_languages())


def test_languages_call_themselves_by_their_own_names() -> None:
    assert load_languages()["de"] == "Deutsch"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{{ _("Hello") }}</p>', []),
        ('<a title="Open it">{{ name }}</a>', ["Open it"]),
        ('{{ field("name", "Your name") }}', ["Your name"]),
        ('{{ field("name", _("Your name"), attrs={"list": "zones"}) }}', []),
        ('<p class="btn btn-primary">{{ "Busy" if hidden else name }}</p>', ["Busy"]),
        ("<dt>{# a remark #}</dt><code>&nbsp;</code>", []),
    ],
)
def test_finder_sees_what_a_template_shows(source: str, found: list[str]) -> None:
    assert [text for _, text in unsaid_in_template(source)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""Says what it is."""\nx = 1', []),
        ('raise InvalidInput("name", "Please type a name.")', ["Please type a name."]),
        ('raise InvalidInput("name", _("Please type a name."))', []),
        ('WORDS = {"held": mark("kept for you now")}', []),
        ('flash(f"{count} bookings were moved.")', [" bookings were moved."]),
        ('log.info("worker started at once")', []),
    ],
)
def test_finder_sees_what_code_says(source: str, found: list[str]) -> None:
    assert [text for _, text in unsaid_in_code(source)] == found
