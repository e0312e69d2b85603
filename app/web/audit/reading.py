"""The search form of the audit log: read from the address, so that a search can be linked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from app.booking.values import Instant
from app.booking.wall_clock import day_bounds
from app.operations.audit.log import AuditSearch
from app.operations.audit.words import Action, Kind
from app.texts import _
from app.web.setup.reading import LAST_BEFORE_FIRST, searched_day

MAX_TEXT = 100
_LONGEST_NUMBER = 15
FIELDS = ("first", "last", "who", "action", "kind", "text")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The search as it is carried out, and the fields as typed; a date that cannot be read is told and left out."""

    search: AuditSearch
    fields: Mapping[str, str]
    errors: Mapping[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether everything is looked for."""
        return not any(self.fields.values())

    def older_url(self, before: int) -> str:
        """Return the address of the page that begins before this entry."""
        kept = [(name, text) for name, text in self.fields.items() if text]
        return f"{url_for('audit.index')}?{urlencode([*kept, ('before', before)])}"


def read_search(args: Mapping[str, str], tzid: str) -> SearchForm:
    """Return what the address or a form asks for; days are those of the site's time zone, both included."""
    fields = {name: args.get(name, "").replace("\0", "")[:MAX_TEXT] for name in FIELDS}
    errors: dict[str, str] = {}
    first, last = (searched_day(fields, name, errors) for name in ("first", "last"))
    if first is not None and last is not None and last < first:
        errors["last"] = _(LAST_BEFORE_FIRST)
    search = AuditSearch(
        start=_bound(first, tzid, 0),
        end=_bound(last, tzid, 1),
        who=fields["who"],
        action=fields["action"] if fields["action"] in list(Action) else "",
        kind=fields["kind"] if fields["kind"] in list(Kind) else "",
        text=fields["text"],
        before=_number(args.get("before", "")),
    )
    return SearchForm(search, fields, errors)


def _bound(day: date | None, tzid: str, which: int) -> Instant | None:
    return None if day is None else day_bounds(day, tzid)[which]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else None
