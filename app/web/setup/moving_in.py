"""The page where lines of a spreadsheet are pasted, looked through and brought in."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.operations.moving_in.bring import COLUMNS, Preview, State, What, bring_in, kinds_for, look_through
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.setup.places import first_zone

MOST_SHOWN = 200
WORDS = {What.CLIENTS: "clients", What.RESOURCES: "people, rooms and devices"}
ONE = {What.CLIENTS: "client", What.RESOURCES: "person, room or device"}
TITLES = {"email": "Mail", "first": "First name", "last": "Last name", "tzid": "Time zone"}
EXAMPLES = {
    What.CLIENTS: "First name;Last name;Mail;Phone;Notes\nNora;Example;nora@example.org;+49 30 23125 000;",
    What.RESOURCES: "Name;Kind;Location;Time zone\nRoom 2;room;Centre;\nCleo Example;person;;Europe/Berlin",
}


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
    there = f" {known} {'was' if known == 1 else 'were'} there already." if known else ""
    if not new:
        return f"Nothing new came in.{there}"
    return f"Brought in: {new} {ONE[what] if new == 1 else WORDS[what]}.{there}"


def _chosen() -> What:
    """Return what is to be brought in; what somebody may not bring in is refused where it is asked for."""
    possible = kinds_for(current_context())
    wanted = request.values.get("what", "")
    return What(wanted) if wanted in set(What) else possible[0]


def _page(what: What, text: str, preview: Preview | None) -> str:
    columns = COLUMNS[what]
    return render_template(
        "setup/moving-in.html",
        what=what,
        choices={one.value: WORDS[one].capitalize() for one in kinds_for(current_context())},
        text=text,
        preview=preview,
        lines=[]
        if preview is None
        else sorted(preview.lines, key=lambda line: line.state is not State.WRONG)[:MOST_SHOWN],
        most=MOST_SHOWN,
        counts={} if preview is None else {state.value: preview.count(state) for state in State},
        fields=[name for name in columns if preview and any(line.draft.get(name) for line in preview.lines)],
        titles={name: TITLES.get(name, name.capitalize()) for name in columns},
        examples={WORDS[one].capitalize(): EXAMPLES[one] for one in kinds_for(current_context())},
    )


def add_moving_in(blueprint: Blueprint) -> None:
    """Give the set-up its page for moving in."""
    blueprint.add_url_rule("/moving-in", "moving_in", show)
    blueprint.add_url_rule("/moving-in", "bring_in", bring, methods=["POST"])
