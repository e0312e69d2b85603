"""``./eigenplan import``: everything in, from an archive into an empty installation."""

from __future__ import annotations

from pathlib import Path

import click

from app.commands.opening import named_database, named_key, system_at
from app.commands.passphrase import read_passphrase


@click.command(name="import")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="Its first line; without it one is asked for.")
@click.option("--database", "url", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
def command(archive: Path, passphrase_file: Path | None, url: str | None) -> None:
    """Bring the records of ARCHIVE into an empty database and compare each of them; all of it arrives, or nothing.

    Stop the site first. The new installation needs the secret key of the old one for links in mails to go on working.
    """
    from app.operations.archive.import_archive import ArchiveError, import_archive
    from app.storage.migrate import migrate
    from app.storage.store import open_store

    try:
        file = archive.open("rb")
    except OSError as error:
        raise click.ClickException(f"{archive} cannot be read: {error.strerror}.") from error
    with file:
        store = open_store(named_database(url), named_key())
        migrate(store)
        store.close()
        with system_at(url) as context:
            try:
                counts = import_archive(context, file, lambda: read_passphrase(passphrase_file), click.echo)
            except ArchiveError as error:
                raise click.ClickException(str(error)) from error
    click.echo(f"{sum(counts.values())} records in {len(counts)} tables are the same as in the archive.")
