"""The search form of the bookings' list: read from the address, so that a search can be linked to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from app.booking.statuses import Status
from app.booking.wall_clock import day_bounds, local_date
from app.operations.context import Context
from app.operations.responsible import list_responsible
from app.operations.search import MAX_PAGE, MINE, NOBODYS, BookingPage, BookingSearch
from app.operations.views import AccountView
from app.texts import _, in_context, mark
from app.web.bookings import choices
from app.web.setup.reading import LAST_BEFORE_FIRST, searched_day

MAX_TEXT = 100
USUAL_DAYS = 30
STATUS_WORDS: Mapping[str, str] = {
    Status.HELD: mark("Held"),
    Status.REQUESTED: mark("To approve"),
    Status.CONFIRMED: mark("Confirmed"),
    Status.DECLINED: mark("Declined"),
    Status.CANCELLED: mark("Cancelled"),
    Status.COMPLETED: mark("Completed"),
    Status.NO_SHOW: mark("No-show"),
}


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The search as it is shown, and as it is carried out; a date that cannot be read is told and replaced.

    ``is_usual``: no first day is asked for, so it begins at this moment instead of with what is over today.
    """

    search: BookingSearch
    first: str
    last: str
    locations: choices.Options
    labels: choices.Options
    people: choices.Options
    errors: Mapping[str, str]
    is_usual: bool


def read_search(context: Context, args: MultiDict[str, str]) -> SearchForm:
    """Return what the address asks for: by default from now on for the coming weeks, everywhere."""
    places = choices.active_locations(context.catalog)
    wanted = [one for one in places if one.public_id == args.get("location", "")]
    tzid = (wanted or places)[0].tzid if places else "UTC"
    is_usual = not args.get("first")
    first, last, errors = _days(args, local_date(context.now, tzid))
    statuses = [Status(one) for one in args.getlist("status") if one in STATUS_WORDS]
    labels = [(one.public_id, one.name) for one in context.catalog.labels.values()]
    people = _people(context, args.get("responsible", ""))
    search = BookingSearch(
        start=context.now if is_usual else day_bounds(first, tzid)[0],
        end=day_bounds(last, tzid)[1],
        statuses=statuses,
        location=wanted[0].public_id if wanted else "",
        text=args.get("text", "")[:MAX_TEXT],
        label=args.get("label", "") if args.get("label") in dict(labels) else "",
        responsible=args.get("responsible", "") if args.get("responsible") in dict(people) else "",
        page=_page_number(args.get("page", "")),
    )
    options = [("", _("All locations")), *choices.location_options(context.catalog)]
    labels = [("", in_context("label", "Any")), *labels] if labels else []
    return SearchForm(search, first.isoformat(), last.isoformat(), options, labels, people, errors, is_usual)


def _people(context: Context, wanted: str) -> choices.Options:
    """Return whose bookings the list can be narrowed to; nothing where nobody is responsible for any."""
    found = [(one.public_id, account_word(one)) for one in list_responsible(context)]
    if not found and wanted not in (MINE, NOBODYS):
        return []
    me, nobody = in_context("responsible", "Me"), in_context("responsible", "Nobody")
    return [("", _("No matter")), (MINE, me), (NOBODYS, nobody), *found]


def account_word(account: AccountView) -> str:
    """Return what somebody who signs in, or once did, is called."""
    return account.name if account.active else _("{name} (off)", name=account.name)


def _days(args: MultiDict[str, str], today: date) -> tuple[date, date, dict[str, str]]:
    errors: dict[str, str] = {}
    first = searched_day(args, "first", errors) or today
    last = searched_day(args, "last", errors) or first + timedelta(days=USUAL_DAYS)
    if last < first and not errors:
        errors["last"] = _(LAST_BEFORE_FIRST)
    return first, max(first, last), errors


def _page_number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), MAX_PAGE)


def page_links(page: BookingPage) -> dict[str, str]:
    """Return the addresses of the page before and after, as far as there are such."""
    around = {"previous": page.number - 1, "next": page.number + 1 if page.more else 0}
    return {word: _page_url(number) for word, number in around.items() if 1 <= number <= MAX_PAGE}


def _page_url(number: int) -> str:
    kept = [(name, text) for name, text in request.args.items(multi=True) if name != "page"]
    return f"{url_for('bookings.index')}?{urlencode([*kept, ('page', number)])}"
