"""What scripts show comes from the tag that loads them, in the reader's language, and nothing is missing there."""

from __future__ import annotations

import json
import re
from gettext import NullTranslations
from pathlib import Path

import pytest

from app import texts
from app.web.script_texts import SCRIPTS, script_texts

WEB = Path(__file__).parents[2] / "app" / "web"


class Shouted(NullTranslations):
    """A language that says everything in capitals."""

    def gettext(self, message: str) -> str:
        """Return the text in capitals."""
        return message.upper()


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_shows_the_texts_that_it_is_given(name: str) -> None:
    """It may hand them on to scripts that are loaded with it, whose names go on from its own."""
    files = (WEB / "static").glob(f"{name.removesuffix('.js')}*.js")
    used = [text for file in files for text in re.findall(r"\btexts\.(\w+)", file.read_text("utf-8"))]
    assert set(used) == set(SCRIPTS[name])


def test_every_tag_of_such_a_script_hands_them_over() -> None:
    pages = [path.read_text("utf-8") for path in WEB.glob("templates/**/*.html")]
    tags = [tag for page in pages for tag in re.findall(r"<script [^>]*static_url\('[^>]*>", page)]
    found = [(name, f"script_texts('{name}')" in tag) for name in SCRIPTS for tag in tags if f"'{name}'" in tag]
    assert {name for name, _ in found} == set(SCRIPTS)
    assert all(given for _, given in found)


def test_texts_are_said_in_the_language_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(texts._catalogs, "xx", Shouted())
    with texts.speaking("xx"):
        said = json.loads(script_texts("zone.js"))
    assert said["otherZone"] == "YOUR DEVICE IS SET TO ANOTHER TIME ZONE."
    assert json.loads(script_texts("zone.js"))["showZone"] == "Show times in {zone}"
