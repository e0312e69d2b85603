"""The page where lines of a spreadsheet are pasted, looked through and brought in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.operations.moving_in.bring import COLUMNS, Preview, State, What, bring_in, kinds_for, look_through
from app.texts import _, mark, plural
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.setup.places import first_zone

MOST_SHOWN = 200
WORDS = {What.CLIENTS: mark("Clients"), What.RESOURCES: mark("People, rooms and devices")}
BECOME: Mapping[tuple[What, ...], str] = {
    (What.CLIENTS,): mark("Lines of a spreadsheet become clients."),
    (What.RESOURCES,): mark("Lines of a spreadsheet become people, rooms and devices."),
}
BECOME_ANY = mark("Lines of a spreadsheet become clients, or people, rooms and devices.")
TITLES = {
    "name": mark("Name"),
    "first": mark("First name"),
    "last": mark("Last name"),
    "email": mark("Email"),
    "phone": mark("Phone"),
    "notes": mark("Notes"),
    "kind": mark("Kind"),
    "location": mark("Location"),
    "tzid": mark("Time zone"),
}
EXAMPLES = {
    What.CLIENTS: mark("First name;Last name;Mail;Phone;Notes\nNora;Example;nora@example.org;+49 30 23125 000;"),
    What.RESOURCES: mark("Name;Kind;Location;Time zone\nRoom 2;room;Centre;\nCleo Example;person;;Europe/Berlin"),
}
"""The headings and kinds of a translation have to be among those that are read (``COLUMNS``, ``KINDS``)."""


def show() -> str:
    """Ask for the lines."""
    return _page(_chosen(), "", None)


def bring() -> ResponseReturnValue:
    """Look the lines through, or bring them in."""
    context, what, text = current_context(), _chosen(), request.form.get("text", "")
    tzid = first_zone(context)
    if request.form.get("action") != "bring":
        preview = look_through(context, what, text, tzid)
        return _page(what, text, preview), UNPROCESSABLE if preview.problem else 200
    try:
        brought = bring_in(context, what, text, tzid)
    except InvalidInput as refusal:
        return _page(what, text, Preview(problem=refusal.problem)), UNPROCESSABLE
    flash(_said(what, brought.new, brought.known))
    rest = look_through(context, what, brought.rest, tzid) if brought.rest else None
    return _page(what, brought.rest, rest)


def _said(what: What, new: int, known: int) -> str:
    told = [_brought(what, new)]
    if known:
        told.append(plural("{number} was there already.", "{number} were there already.", known))
    return " ".join(told)


def _brought(what: What, new: int) -> str:
    if not new:
        return _("Nothing new came in.")
    if what is What.CLIENTS:
        return plural("Brought in: {number} client.", "Brought in: {number} clients.", new)
    return plural(
        "Brought in: {number} person, room or device.", "Brought in: {number} people, rooms and devices.", new
    )


def _chosen() -> What:
    """Return what is to be brought in; what somebody may not bring in is refused where it is asked for."""
    possible = kinds_for(current_context())
    wanted = request.values.get("what", "")
    return What(wanted) if wanted in set(What) else possible[0]


def _page(what: What, text: str, preview: Preview | None) -> str:
    columns = COLUMNS[what]
    kinds = kinds_for(current_context())
    return render_template(
        "setup/moving-in.html",
        what=what,
        become=_(BECOME.get(tuple(kinds), BECOME_ANY)),
        choices={one.value: _(WORDS[one]) for one in kinds},
        text=text,
        preview=preview,
        lines=[]
        if preview is None
        else sorted(preview.lines, key=lambda line: line.state is not State.WRONG)[:MOST_SHOWN],
        most=MOST_SHOWN,
        counts={} if preview is None else {state.value: preview.count(state) for state in State},
        fields=[name for name in columns if preview and any(line.draft.get(name) for line in preview.lines)],
        titles={name: _(TITLES[name]) for name in columns},
        examples={_(WORDS[one]): _(EXAMPLES[one]) for one in kinds},
    )


def add_moving_in(blueprint: Blueprint) -> None:
    """Give the set-up its page for moving in."""
    blueprint.add_url_rule("/moving-in", "moving_in", show)
    blueprint.add_url_rule("/moving-in", "bring_in", bring, methods=["POST"])
