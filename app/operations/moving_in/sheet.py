"""The lines of a spreadsheet (CSV, RFC 4180) as fields by name, with what is wrong, line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.booking.words import say_list
from app.texts import _

MOST_LINES = 2000
DELIMITERS = ";\t,"
_BEFORE_FIRST = "\ufeff"
"""What spreadsheets put before UTF-8 (byte order mark)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number in the text, from 1, its cells by field, and its cells as they stood there."""

    number: int
    fields: Mapping[str, str]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A text that was read. ``unknown``: headings that nothing is known by; ``problem``: why nothing can be read."""

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    unknown: tuple[str, ...] = ()
    problem: str = ""


def read_sheet(text: str, columns: Mapping[str, Sequence[str]], needed: Sequence[Sequence[str]]) -> Sheet:
    """Read lines of which the first has the headings; separated by semicolons, commas or tabs.

    Args:
        text: as it was pasted.
        columns: the headings of each field, in lower case.
        needed: sets of fields; one of the sets has to be there as a whole.
    """
    lines = _lines(text)
    if isinstance(lines, str):
        return Sheet(problem=lines)
    if not lines:
        return Sheet(problem=_("Please paste the lines of your spreadsheet, with the headings in the first one."))
    header, rest = lines[0][1], lines[1:]
    names = [_field_of(heading, columns) for heading in header]
    problem = _problem_with(names, columns, needed) or _too_many(rest)
    if problem:
        return Sheet(header, problem=problem)
    rows = tuple(Row(number, dict(_cells(names, cells)), cells) for number, cells in rest)
    unknown = tuple(heading for heading, name in zip(header, names, strict=True) if heading and not name)
    return Sheet(header, rows, unknown)


def write_sheet(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Return some of the lines as a text again, with their headings; nothing when there are none."""
    if not rows:
        return ""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows([header, *(row.cells for row in rows)])
    return text.getvalue()


def _lines(text: str) -> list[tuple[int, tuple[str, ...]]] | str:
    """Return the lines that are not empty with their numbers, or a sentence about the first that cannot be read."""
    cleaned = text.removeprefix(_BEFORE_FIRST).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(cleaned, newline=""), delimiter=_delimiter(cleaned), strict=True)
    found = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, tuple(cell.strip() for cell in cells)))
    except csv.Error:
        return _("Line {number} has a quotation mark without its other half; please mend it.", number=reader.line_num)
    return found


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _field_of(heading: str, columns: Mapping[str, Sequence[str]]) -> str:
    wanted = " ".join(heading.lower().replace("-", " ").replace("_", " ").rstrip(":*").split())
    return next((name for name, headings in columns.items() if wanted in headings), "")


def _problem_with(names: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Sequence[Sequence[str]]) -> str:
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        heading = _(columns[min(twice)][0])
        return _("Two columns are both read as “{heading}”; please take one of them out.", heading=heading)
    if not any(set(one) <= set(names) for one in needed):
        wanted = say_list([_("“{heading}”", heading=_(columns[name][0])) for name in needed[0]])
        return _("The first line has to name the columns; {headings} must be among them.", headings=wanted)
    return ""


def _too_many(rows: Sequence[object]) -> str:
    if len(rows) <= MOST_LINES:
        return "" if rows else _("There is no line below the headings.")
    return _("These are {number} lines; please bring in at most {most} at once.", number=len(rows), most=MOST_LINES)


def _cells(names: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names):
        if name:
            yield name, cells[number] if number < len(cells) else ""
