"""``./eigenplan database``: migrate, check or copy the database."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from app.booking.refusals import Unavailable
from app.booking.words import sentence
from app.commands.opening import named_database, named_key
from app.storage.check import check_database
from app.storage.copy import CopyError, copy_database
from app.storage.migrate import SchemaError, check_schema, migrate, schema_number
from app.storage.store import Store, open_store

P = ParamSpec("P")
R = TypeVar("R")

_URL_HELP = "The database; by default the one of EIGENPLAN_DATABASE_URL."


def _in_one_sentence(work: Callable[P, R]) -> Callable[P, R]:
    """Show what a person at the command line can mend as one sentence, not as a traceback."""

    @wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except Unavailable as refusal:
            raise click.ClickException(sentence(refusal, "UTC")) from refusal
        except (SchemaError, CopyError, ValueError) as error:
            raise click.ClickException(str(error)) from error

    return guarded


def _open(url: str | None) -> Store:
    return open_store(named_database(url), named_key())


@click.group()
def command() -> None:
    """Migrate, check or copy the database."""
    logging.getLogger("app.storage").addHandler(logging.NullHandler())  # errors are told as sentences here


@command.command("migrate")
@click.option("--database", "url", help=_URL_HELP)
@_in_one_sentence
def migrate_command(url: str | None) -> None:
    """Bring the database to the schema that this version needs."""
    with closing(_open(url)) as store:
        for number in migrate(store):
            click.echo(f"Migration {number} is applied.")
        click.echo(f"The database has schema {schema_number(store)}.")


@command.command("check")
@click.option("--database", "url", help=_URL_HELP)
@_in_one_sentence
def check_command(url: str | None) -> None:
    """Look for anything that must never be; ends with status 1 when there is something."""
    with closing(_open(url)) as store:
        check_schema(store)
        found = check_database(store)
    for one in found:
        click.echo(one)
    click.echo(f"{len(found)} things are wrong." if found else "Nothing is wrong.")
    sys.exit(1 if found else 0)


@command.command("copy")
@click.argument("source")
@click.argument("target")
@_in_one_sentence
def copy_command(source: str, target: str) -> None:
    """Copy everything from the database SOURCE into the empty database TARGET; both are URLs.

    TARGET is migrated first. Stop the program before: what is booked in SOURCE meanwhile is not copied.
    """
    master = named_key()
    with closing(open_store(source, master)) as old, closing(open_store(target, master)) as new:
        migrate(new)
        counts = copy_database(old, new, click.echo)
    click.echo(f"{sum(counts.values())} rows in {len(counts)} tables are the same in both databases.")
