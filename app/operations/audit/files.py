"""The audit log as a file: CSV (RFC 4180) for spreadsheets, JSON Lines for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from app.operations.audit.log import EntryView

COLUMNS = (
    *("number", "at", "actor", "user", "who", "address", "action", "kind", "object", "object_name"),
    *("before", "after", "reason", "batch"),
)
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP: CSV injection)."""

TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def csv_lines(entries: Iterable[EntryView]) -> Iterator[str]:
    """Yield the lines of a CSV file; a cell that a spreadsheet would run begins with an apostrophe instead."""
    yield csv_line(COLUMNS)
    for entry in entries:
        facts = _facts(entry)
        yield csv_line([harmless(_text(facts[name])) for name in COLUMNS])


def harmless(text: str) -> str:
    """Return a cell's text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def json_lines(entries: Iterable[EntryView]) -> Iterator[str]:
    """Yield one JSON object a line, with the columns of the CSV file as names."""
    for entry in entries:
        yield json.dumps(_facts(entry), ensure_ascii=False) + "\n"


def _facts(entry: EntryView) -> Mapping[str, Any]:
    return asdict(entry) | {"at": datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else str(value)


def csv_line(cells: Iterable[str]) -> str:
    """Return one line of a CSV file (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
