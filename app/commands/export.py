"""``./eigenplan export``: everything out, as one archive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from app.commands.opening import named_site, system_at
from app.commands.passphrase import read_passphrase

OWN_ONLY = 0o600


@click.command(name="export")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--plain", is_flag=True, help="Do not encrypt: whoever has the file reads every client's details.")
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="Its first line; without it one is asked for.")
@click.option("--database", "url", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
@click.option("--site", metavar="URL", help="Address of the site; without it EIGENPLAN_BASE_URL.")
def command(archive: Path, plain: bool, passphrase_file: Path | None, url: str | None, site: str | None) -> None:
    """Write all records to the new file ARCHIVE: JSON Lines, calendars and the set-up, in an encrypted ZIP file.

    The site may go on meanwhile; the archive has what there was when it began. docs/archive.md describes the file.
    """
    from app.operations.archive.export import export_plain, export_sealed
    from app.operations.letters.letterhead import Letterhead

    head = Letterhead(named_site(site), "", b"")
    secret = "" if plain else read_passphrase(passphrase_file, confirm=True)
    with system_at(url) as context, _new_file(archive) as file:
        facts = export_plain(context, file, head) if plain else export_sealed(context, file, secret, head)
    rows = sum(table["rows"] for table in facts["tables"].values())
    click.echo(f"{archive} has {rows} records of {len(facts['tables'])} tables.")
    if plain:
        click.echo("It is not encrypted: keep it like the database itself.", err=True)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that only its owner reads; half an archive is none, so it goes when writing it breaks off.

    Raises:
        click.ClickException: there is one already, or it cannot be made.
    """
    is_whole = False
    with _created(path) as file:
        try:
            yield file
            is_whole = True
        finally:
            if not is_whole:
                path.unlink()


def _created(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_ONLY), "wb")
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already; please choose another name.") from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error
