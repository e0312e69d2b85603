"""``eigenplan audit``: find out whether somebody changed the audit log past the program, and take it out."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import closing
from typing import TYPE_CHECKING, TextIO

import click

from app.commands.opening import named_database, named_key, system_at

if TYPE_CHECKING:
    from app.storage.audit_verify import Head, Verdict

UNREADABLE = 3
_DATABASE = click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")
_LINE = re.compile(r"eigenplan-audit batch=([0-9]{1,18}) entries=[0-9]+ digest=([0-9a-f]{64})\s*$", re.M)


class HeadType(click.ParamType["Head"]):
    """``NUMBER:DIGEST``, as the worker's log tells them."""

    name = "NUMBER:DIGEST"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """Read a head, or refuse it."""
        from app.storage.audit_verify import Head

        found = _HEAD.fullmatch(str(value).strip().lower())
        if found is None:
            self.fail(
                "please give a batch's number and digest, such as 12:0a5f… with 64 hexadecimal digits", param, ctx
            )
        return Head(int(found[1]), found[2])


@click.group()
def command() -> None:
    """Verify the audit log, or take it out."""
    logging.getLogger("app.storage").addHandler(logging.NullHandler())  # errors are told as sentences here


@command.command("verify")
@_DATABASE
@click.option("--head", "heads", type=HeadType(), multiple=True, help="A batch that has to be there; may be repeated.")
@click.option("--log", type=click.File("r", errors="replace"), help="The worker's log: all its heads have to be there.")
def verify_command(database: str | None, heads: tuple[Head, ...], log: TextIO | None) -> None:
    """Compare the audit log with its seals.

    Ends with 0 when all is as it was sealed, with 1 when something was changed, removed, added or cut off (each place
    is named, the first one first), with 3 when the database cannot be read.
    """
    verdict = _verify(database, (*heads, *_heads_in(log)))
    for problem in verdict.problems:
        click.echo(problem)
    for line in _summary(verdict, has_heads=bool(heads) or log is not None):
        click.echo(line)
    sys.exit(1 if verdict.problems else 0)


def _verify(database: str | None, heads: tuple[Head, ...]) -> Verdict:
    from app.booking.refusals import Unavailable
    from app.booking.words import sentence
    from app.storage.audit_verify import verify
    from app.storage.migrate import SchemaError, check_schema
    from app.storage.store import open_store

    url = named_database(database)
    try:
        with closing(open_store(url, named_key())) as store:
            check_schema(store)
            return verify(store, heads)
    except Unavailable as refusal:
        problem = sentence(refusal, "UTC")
    except click.ClickException as error:
        problem = error.message
    except (SchemaError, ValueError) as error:
        problem = str(error)
    click.echo(problem, err=True)
    sys.exit(UNREADABLE)


def _heads_in(log: TextIO | None) -> list[Head]:
    from app.storage.audit_verify import Head

    if log is None:
        return []
    found = dict.fromkeys(_LINE.findall(log.read()))  # of one number every digest: after a cut there are two
    if not found:
        raise click.UsageError("The log has no line of a batch (eigenplan-audit batch=…); is it that of the worker?")
    return [Head(int(number), digest) for number, digest in found]


def _summary(verdict: Verdict, *, has_heads: bool) -> list[str]:
    lines = []
    if not verdict.problems:
        lines.append(f"{verdict.entries} entries in {verdict.batches} batches are as they were sealed.")
    if verdict.unsealed:
        lines.append(f"{verdict.unsealed} entries are not sealed yet, so nothing can be said about them.")
    if verdict.last is not None:
        lines.append(f"The last batch is {verdict.last.number}:{verdict.last.digest}")
    if not has_heads:
        lines.append("Whether the end was cut off is seen with --head or --log alone.")
    return lines


@command.command("export")
@_DATABASE
def export_command(database: str | None) -> None:
    """Print all entries as JSON Lines; that somebody did so becomes an entry."""
    from app.operations.audit.files import json_lines
    from app.operations.audit.log import AuditSearch, export_audit

    with system_at(database) as context:
        for line in json_lines(export_audit(context, AuditSearch(), "jsonl")):
            click.echo(line, nl=False)
