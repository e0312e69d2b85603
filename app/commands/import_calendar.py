"""``eigenplan import-calendar``: read iCalendar files as busy time of a person, room or device."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.commands.opening import system_at

if TYPE_CHECKING:
    from app.operations.calendars.import_calendars import ImportResult

DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="import-calendar")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--resource", required=True, metavar="NAME", help="Whose time the files tell: a person, room or device.")
@click.option("--database", metavar="URL", help="Database; without it the one of EIGENPLAN_DATABASE_URL.")
@click.option("--since", type=DATE, help="First day that matters; one year back by itself.")
@click.option("--until", type=DATE, help="Last day that matters; two years ahead by itself.")
@click.option(
    "--source", default="file", show_default=True, help="A later import of the same source replaces this one."
)
def command(
    files: tuple[Path, ...],
    resource: str,
    database: str | None,
    since: datetime | None,
    until: datetime | None,
    source: str,
) -> None:
    """Read iCalendar FILEs as busy time of one person, room or device.

    All busy times that it had from the same source are replaced, in one transaction. What cannot be read is listed; a
    file that cannot be opened at all lets the command end with 1, after the others were read.
    """
    from app.operations.calendars.import_calendars import ImportRequest, import_calendars

    request = ImportRequest(resource, source, files, since.date() if since else None, until.date() if until else None)
    with system_at(database) as context:
        result = import_calendars(context, request)
    for line in _lines(result):
        click.echo(line)
    if result.count is None:
        raise click.ClickException(f"No file could be read, so the busy times of {result.resource} stay as they were.")
    click.echo(f"{result.resource} now has {result.count} busy times from the source {source}.")
    closed = [str(path) for path, reading in result.files if not reading.opened]
    if closed:
        raise click.ClickException(f"The times of files that cannot be opened are missing: {', '.join(closed)}.")


def _lines(result: ImportResult) -> Iterator[str]:
    """The table: one line a file, what could not be read below it."""
    width = max(len(str(path)) for path, _ in result.files)
    yield f"{'File':<{width}}  {'events':>7} {'ignored':>8} {'busy times':>11} {'not readable':>13}"
    for path, reading in result.files:
        numbers = f"{reading.events:>7} {reading.ignored:>8} {len(reading.busy):>11} {len(reading.problems):>13}"
        yield f"{path!s:<{width}}  {numbers}"
        for problem in reading.problems:
            yield f"    line {problem.line}: {problem.reason}"
