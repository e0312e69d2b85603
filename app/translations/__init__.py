"""Every language besides English is one file here, such as ``de.po``: its code as name, GNU gettext's form.

Files are read as they are when a process starts, so there is nothing to compile after an edit.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.texts import in_context, install, languages, speaking

FOLDER = Path(__file__).parent


def read_catalog(path: Path) -> Catalog:
    """Return what a file says.

    Raises:
        babel.messages.pofile.PoFileError: it is not of that form.
    """
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


@cache
def load_languages() -> dict[str, str]:
    """Let all languages be spoken; return the code of each and what it calls itself, English first."""
    install({path.stem: _compiled(path) for path in sorted(FOLDER.glob("*.po"))})
    return {code: own_name(code) for code in languages()}


def own_name(code: str) -> str:
    """Return what a language calls itself, such as ``Deutsch``: a text of its file, as Babel's names take 4 MB."""
    with speaking(code):
        return in_context("this language, in itself", "English")


def _compiled(path: Path) -> GNUTranslations:
    buffer = BytesIO()
    write_mo(buffer, read_catalog(path))
    buffer.seek(0)
    return GNUTranslations(buffer)
