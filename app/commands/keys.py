"""``eigenplan keys``: make a master key, look at the keys of clients' details, exchange them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.opening import system_at

if TYPE_CHECKING:
    from app.crypto.master import MasterKey

_DATABASE = click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")


@click.group()
def command() -> None:
    """Make a master key, look at the keys that encrypt clients' details, exchange them; see docs/encryption.md."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def new(file: Path) -> None:
    """Write a new master key into FILE, which must not exist yet; only its owner may read it."""
    from app.crypto.master import make_master_key

    key = make_master_key()
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except OSError as error:
        raise click.ClickException(f"Cannot make {file}: {error.strerror}.") from error
    with os.fdopen(number, "w", encoding="ascii") as opened:
        opened.write(key.text + "\n")
    click.echo(f"Master key {key.name} is in {file}. Keep a copy elsewhere: without it all clients' details are lost.")


@command.command()
@_DATABASE
def status(database: str | None) -> None:
    """List all keys, and how many texts each has encrypted."""
    from app.operations.installation.keys import list_keys

    with system_at(database) as context:
        for one in list_keys(context):
            made = datetime.fromtimestamp(one.created_at, UTC).strftime("%Y-%m-%d %H:%M")
            texts = f"{one.texts} texts" if one.purpose == "data" else "for finding clients"
            click.echo(f"{one.number}  {one.purpose:<5}  {one.state:<7}  made {made} UTC  master {one.master}  {texts}")


@command.command()
@click.option(
    "--master", type=click.Path(path_type=Path), help="File of a new master key, which shall open all keys from now on."
)
@_DATABASE
def rotate(master: Path | None, database: str | None) -> None:
    """Let a new key encrypt from now on; the worker encrypts anew what is there, while everything runs.

    With --master no text is touched: all keys are wrapped by the master key in that file instead of the present one.
    """
    from app.operations.installation.keys import change_master
    from app.operations.installation.keys import rotate as add_key

    with system_at(database) as context:
        if master is None:
            number = add_key(context)
            click.echo(f"Key {number} encrypts from now on. See eigenplan keys status until the one before is retired.")
            return
        key = _read(master)
        count = change_master(context, key)
        click.echo(
            f"Master key {key.name} opens all {count} keys from now on. Put its file in the place of the old one "
            "before anything starts again, and keep the old one for backups that were made before."
        )


def _read(path: Path) -> MasterKey:
    from app.crypto.master import MasterKeyError, read_master_key

    try:
        return read_master_key(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"Cannot read {path}.") from error
    except MasterKeyError as error:
        raise click.ClickException(f"{path} {error}.") from error
