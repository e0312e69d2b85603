"""``./eigenplan texts``: what is to be translated, compared with the files in ``app/translations/``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from app.translations import FOLDER, read_catalog

APP = Path(__file__).parents[1]
METHODS = [("commands/**", "ignore"), ("demo/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "mark": None,
    "rich": None,
    "plural": (1, 2),
    "in_context": ((1, "c"), 2),
}
HEADER = """\
# What Eigenplan says, in English and in this language.
msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: {plural}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}


@click.command()
@click.option("--update", is_flag=True, help="Write new texts into the files, and take out those that are gone.")
def command(update: bool) -> None:
    """Say of each language what is not translated; needs a checkout."""
    wanted = collect()
    click.echo(f"{len(wanted)} texts in the code.")
    missing = 0
    for path in sorted(FOLDER.glob("*.po")):
        catalog = read_catalog(path)
        if update:
            refresh(catalog, wanted)
            write_catalog(catalog, path)
        lacking = untranslated(catalog, wanted)
        missing += len(lacking)
        click.echo(f"{path.name}: {len(lacking)} not translated.")
        for message in lacking:
            click.echo(f"  {message.id!r}")
    sys.exit(1 if missing else 0)


def collect(folder: Path = APP) -> Catalog:
    """Return all texts that are marked in code and templates, each once."""
    found = Catalog(charset="utf-8")
    for _, _, text, comments, context in extract_from_dir(
        folder, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS
    ):
        found.add(text, context=context, auto_comments=comments)
    return found


def refresh(catalog: Catalog, wanted: Catalog) -> None:
    """Make a language's catalog have exactly the wanted texts; what is translated stays so."""
    catalog.update(wanted, no_fuzzy_matching=True)
    catalog.obsolete.clear()


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Write a language's file: texts in order, without dates and places that would change with every run."""
    body = BytesIO()
    write_po(body, catalog, width=120, no_location=True, omit_header=True, sort_output=True)
    header = HEADER.format(code=path.stem, plural=catalog.plural_forms)
    path.write_bytes(header.encode() + body.getvalue().strip() + b"\n")


def untranslated(catalog: Catalog, wanted: Catalog) -> list[Message]:
    """Return the wanted texts that a language lacks, or has only as a guess."""
    return [one for one in _texts(wanted) if not _is_said(catalog.get(one.id, one.context))]


def _texts(catalog: Catalog) -> Iterator[Message]:
    return (one for one in catalog if one.id)


def _is_said(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)
