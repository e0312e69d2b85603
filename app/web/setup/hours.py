"""The hours editor of a location or resource: weekly ranges, and the hours of single dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.booking import wall_clock
from app.booking.formats import formats
from app.booking.refusals import InvalidInput, NotAllowed
from app.booking.values import DAY_MINUTES
from app.operations.context import Context
from app.operations.setup import hours
from app.operations.setup.hours import OverrideDraft, Owner, OwnerKind, WeeklyRange
from app.texts import _, mark
from app.web.context import current_context
from app.web.setup.check_records import without_check
from app.web.setup.hours_preview import FIELD, Panel, empty_panel, fill_panel, with_problems
from app.web.setup.kinds import FORM_REFUSALS, change_lines, explain_refusal, say_all
from app.web.setup.places import KINDS_WORDS, location_names
from app.web.setup.reading import NEXT_DAY, Typed, read_day, read_minute, show_minute

WEEKLY = {"weekday": "0", "from": "", "to": "", "until_day": "", "place": ""}
SPECIAL = {"day_from": "", "day_to": "", "day_until_day": ""}
TABLES = {"weekly": WEEKLY, "special": SPECIAL}
OWNERS = {"locations": OwnerKind.LOCATION, "resources": OwnerKind.RESOURCE}
DAYS = {str(number): ((number,), name) for number, name in enumerate(hours.WEEKDAYS)} | {
    "workdays": (tuple(range(5)), mark("Monday to Friday")),
    "every": (tuple(range(7)), mark("Every day")),
}
"""What a line can be for: one weekday, or several that are saved as one line each."""
Answer = str | tuple[str, int] | Response
Write = Callable[[Context, Owner, Typed], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What the page shows: fields as typed or asked for, which of the two forms they are of, and what is wrong."""

    fields: MultiDict[str, str]
    version: str
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_weekly(self) -> bool:
        """Whether these are the weekly form's fields."""
        return self.fields.get("form") == "weekly"


@dataclass(frozen=True, slots=True)
class Whose:
    """A location or resource as the page's head names it."""

    name: str
    tzid: str
    kind: str


def add_hours_pages(blueprint: Blueprint) -> None:
    """Give locations and resources their hours editor."""
    blueprint.add_url_rule("/hours", "list_hours", _show_list)
    for slug in OWNERS:
        path, owner = f"/{slug}/<public_id>/hours", {"slug": slug}
        blueprint.add_url_rule(path, f"hours_{slug}", _show, defaults=owner)
        for name, tail, write in (
            ("save_hours", "", _write_weekly),
            ("save_date", "/date", _write_date),
            ("remove_date", "/date/remove", _remove_date),
        ):
            view = _make_save(write)
            blueprint.add_url_rule(path + tail, f"{name}_{slug}", view, methods=["POST"], defaults=owner)


def _show_list() -> str:
    """List whose hours the actor may edit: locations first, then people, rooms and devices."""
    owners = hours.list_owners(current_context())
    return render_template(
        "setup/hours_list.html", owners=without_check(current_context(), owners), words=say_all(KINDS_WORDS)
    )


def _show(slug: str, public_id: str) -> Answer:
    return _page(current_context(), Owner(OWNERS[slug], public_id))


def _make_save(write: Write) -> Callable[[str, str], Answer]:
    def save(slug: str, public_id: str) -> Answer:
        context, owner = current_context(), Owner(OWNERS[slug], public_id)
        typed = Typed(request.form)
        version = typed.text("version")
        if typed.text("action") == "preview" and write is _write_weekly:
            return _preview(context, owner, typed)
        if typed.text("action") != "save":
            return _page(context, owner, Filled(change_lines(request.form, TABLES), version))
        try:
            write(context, owner, typed)
        except FORM_REFUSALS as refusal:
            errors, status = explain_refusal(refusal, public_id)
            return _page(context, owner, Filled(request.form, version, errors)), status
        flash(_("Hours saved."))
        return redirect(url_for(f"setup.hours_{slug}", public_id=public_id))

    return save


def _preview(context: Context, owner: Owner, typed: Typed) -> Answer:
    """Show what the typed lines would offer: the panel alone where a script asks for it, else the page as typed."""
    hours.get_hours(context, owner)
    panel, errors, status = empty_panel(context, owner, typed.text(FIELD)), dict[str, str](), 200
    try:
        panel = fill_panel(context, owner, typed, weekly_ranges)
    except NotAllowed:
        raise
    except FORM_REFUSALS as refusal:
        found, status = explain_refusal(refusal, owner.public_id)
        errors.update(found)
    if "HX-Request" in request.headers:  # htmx puts in only what comes with 200
        return render_template("setup/_preview.html", panel=with_problems(panel, errors), is_part=True)
    return _page(context, owner, Filled(request.form, typed.text("version"), errors), panel), status


def _write_weekly(context: Context, owner: Owner, typed: Typed) -> None:
    hours.save_weekly_hours(context, owner, list(weekly_ranges(typed)), typed.optional_number("version"))


def weekly_ranges(typed: Typed) -> Iterator[WeeklyRange]:
    """Yield the weekly hours that were typed; lines without times are left out.

    Raises:
        InvalidInput: with the field ``weekly-NUMBER`` of a line.
    """
    for number, line in enumerate(typed.rows(*WEEKLY)):
        if not line["from"] and not line["to"]:
            continue
        start, end = _range(line["from"], line["to"], line["until_day"], f"weekly-{number}")
        if line["weekday"] not in DAYS:
            raise InvalidInput(f"weekly-{number}", _("Please choose a weekday from the list."))
        for weekday in DAYS[line["weekday"]][0]:
            yield WeeklyRange(weekday, start, end, line["place"] or None)


def _range(start: str, end: str, until_day: str, name: str) -> tuple[int, int]:
    return read_minute(start, name), read_minute(end, name, next_day=until_day == NEXT_DAY)


def _write_date(context: Context, owner: Owner, typed: Typed) -> None:
    hours.save_override(context, owner, _read_override(typed), typed.optional_number("version"))


def _read_override(typed: Typed) -> OverrideDraft:
    day, place = typed.day("day"), typed.optional("day_place")
    if typed.flag("closed"):
        return OverrideDraft(day, (), place)
    ranges = tuple(
        _range(line["day_from"], line["day_to"], line["day_until_day"], f"special-{number}")
        for number, line in enumerate(typed.rows(*SPECIAL))
        if line["day_from"] or line["day_to"]
    )
    if not ranges:
        raise InvalidInput("special", _("Please give at least one range of times, or tick “Closed all day”."))
    return OverrideDraft(day, ranges, place)


def _remove_date(context: Context, owner: Owner, typed: Typed) -> None:
    hours.remove_override(context, owner, typed.day("day"), typed.optional("day_place"))


def _page(context: Context, owner: Owner, filled: Filled | None = None, panel: Panel | None = None) -> str:
    stored = hours.get_hours(context, owner)
    form = filled or _asked_for(stored.draft.overrides, str(stored.version))
    weekly = form.fields if form.is_weekly else MultiDict(weekly_fields(stored.draft.weekly))
    whose = _whose(context, owner)
    today = wall_clock.local_date(context.now, whose.tzid)
    return render_template(
        "setup/hours.html",
        owner=owner,
        whose=whose,
        slug=f"{owner.kind.value}s",
        form=form,
        panel=panel or empty_panel(context, owner, form.fields.get(FIELD, "")),
        version=stored.version,
        weekly=lines_of(weekly, WEEKLY),
        special=lines_of(form.fields, SPECIAL),
        overrides=[one for one in stored.draft.overrides if one.day >= today],
        days=day_words(),
        locations=location_names(context) if owner.kind is OwnerKind.RESOURCE else {},
        show_range=show_range,
        today=today,
    )


def day_words() -> dict[str, str]:
    """Return what a line of weekly hours can be for, in the language spoken: the days as the site's weeks go first."""
    keys = dict.fromkeys([*map(str, formats().weekdays()), *DAYS])
    return {key: _(DAYS[key][1]) for key in keys}


def _asked_for(overrides: Iterable[OverrideDraft], version: str) -> Filled:
    """Return the form for single dates: empty, or with the date that the address asks to change."""
    day, place = request.args.get("day", ""), request.args.get("place") or None
    if not day:
        return Filled(MultiDict(), version)
    wanted = read_day(day, "day")
    found = next((one for one in overrides if (one.day, one.location) == (wanted, place)), None)
    return Filled(MultiDict(_override_fields(found or OverrideDraft(wanted, (), place))), version)


def _override_fields(one: OverrideDraft) -> Iterator[tuple[str, str]]:
    yield "day", one.day.isoformat()
    yield "day_place", one.location or ""
    if not one.ranges:
        yield "closed", "1"
    for start, end in one.ranges:
        yield from _range_fields("day_", start, end)


def _range_fields(prefix: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    yield f"{prefix}from", show_minute(start)
    yield f"{prefix}to", show_minute(end)
    yield f"{prefix}until_day", NEXT_DAY if end > DAY_MINUTES else ""


def _whose(context: Context, owner: Owner) -> Whose:
    if owner.kind is OwnerKind.LOCATION:
        place = next(one for one in context.catalog.locations.values() if one.public_id == owner.public_id)
        return Whose(place.name, place.tzid, owner.kind.value)
    resource = next(one for one in context.catalog.resources.values() if one.public_id == owner.public_id)
    return Whose(resource.name, resource.tzid, resource.kind.value)


def weekly_fields(ranges: Iterable[WeeklyRange]) -> Iterator[tuple[str, str]]:
    """Yield the fields of stored weekly hours, as a browser would send them, in the order of the site's weeks."""
    for one in sorted(ranges, key=lambda one: formats().weekdays().index(one.weekday)):
        yield "weekday", str(one.weekday)
        yield from _range_fields("", one.start_minute, one.end_minute)
        yield "place", one.location or ""


def lines_of(fields: MultiDict[str, str], empty: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the lines of a table, at least an empty one to type into."""
    return list(Typed(fields).rows(*empty)) or [dict(empty)]


def show_range(start: int, end: int) -> str:
    """Return a range in words, such as "22:00 to 02:00 (next day)"."""
    if end > DAY_MINUTES:
        return _("{start} to {end} (next day)", start=show_minute(start), end=show_minute(end))
    return _("{start} to {end}", start=show_minute(start), end=show_minute(end))
