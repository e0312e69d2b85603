"""``./eigenplan bench``: measure our speed as ratios to a bare reference, for the table in ``docs/benchmarks.md``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tests.bench.figures import Figure

GROUPS = ("rules", "slots", "booking", "costs", "memory", "pages", "encryption", "browser")
_COLOURS = {"met": "green", "MISSED": "red"}


@click.command()
@click.option(
    "--only", "chosen", type=click.Choice(GROUPS), multiple=True, help="Measure this group only (can be repeated)."
)
@click.option("--full", is_flag=True, help="Measure longer, with up to a million bookings.")
def command(chosen: tuple[str, ...], full: bool) -> None:
    """Measure speed and memory on both databases; a full set of groups is written into docs/benchmarks.md."""
    from tests.bench import report, run
    from tests.bench.rig import FULL, USUAL

    begun = time.monotonic()
    figures = []
    for figure in run.measure(chosen or GROUPS, FULL if full else USUAL, click.echo):
        _show(figure)
        figures.append(figure)
    if not chosen:
        how = f"{'full' if full else 'usual'} form, {time.monotonic() - begun:.0f} s"
        report.write_page(report.as_section(figures, how))
        click.echo(f"Written into docs/{report.PAGE.name}.")
    sys.exit(0 if all(one.holds() for one in figures) else 1)


def _show(figure: Figure) -> None:
    verdict = click.style(figure.verdict, fg=_COLOURS.get(figure.verdict))
    click.echo(f"  {figure.name:<66} {figure.target_text:>12} {figure.value_text:>10}  {verdict:<16} {figure.note}")
