"""The database of a command: named by an option or the environment, checked, and closed at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from app.crypto.master import MasterKey
    from app.operations.context import Context


def named_database(url: str | None) -> str:
    """Return the URL that an option gives, or else the environment.

    Raises:
        click.UsageError: neither does.
    """
    found = url or os.environ.get("EIGENPLAN_DATABASE_URL")
    if not found:
        raise click.UsageError(
            "Please name the database: --database sqlite:///PATH or postgresql://HOST/NAME, "
            "or the same in EIGENPLAN_DATABASE_URL."
        )
    return found


def named_key() -> MasterKey:
    """Return the master key whose file the environment names.

    Raises:
        click.ClickException: it names none, or one that cannot be used.
    """
    from app.config import read_option

    try:
        found = read_option("master_key", os.environ)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    return cast("MasterKey", found)


def named_site(url: str | None) -> str:
    """Return the address of the site that an option gives, or else the environment, without a slash at its end.

    Raises:
        click.UsageError: neither does, or it cannot be used.
    """
    from app.config import OPTIONS

    option = next(one for one in OPTIONS if one.name == "base_url")
    found = url or os.environ.get(option.variable)
    if not found:
        raise click.UsageError(f"Please give the address of the site: --site https://… or {option.variable}.")
    try:
        return str(option.read(found))
    except ValueError as error:
        raise click.UsageError(f"The address of the site {error}.") from error


@contextmanager
def system_at(url: str | None) -> Iterator[Context]:
    """Let the command line act on a database, ``url`` or else that of the environment.

    What can be mended is told in one sentence.

    Raises:
        click.ClickException: the database cannot be used, or an operation within refused.
    """
    from app import clock
    from app.access.actors import COMMAND_LINE
    from app.booking.refusals import Refusal
    from app.booking.words import sentence
    from app.operations.context import Context
    from app.storage.migrate import SchemaError, check_schema
    from app.storage.store import open_store

    try:
        store = open_store(named_database(url), named_key())
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    try:
        check_schema(store)
        yield Context(store, COMMAND_LINE, clock.now())
    except Refusal as refusal:
        raise click.ClickException(sentence(refusal, "UTC")) from refusal
    except SchemaError as error:
        raise click.ClickException(str(error)) from error
    finally:
        store.close()
