"""Starting from an example: what each preset would make, a file of one's own, and setting it up by one press."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.presets.files import KEYS, find_preset, preset_text
from app.operations.presets.nodes import MOST_LETTERS, PresetError
from app.operations.presets.reading import read_preset
from app.operations.presets.setting_up import Line, Part, Wish, look_through_preset, set_up_preset
from app.operations.presets.values import Preset, said
from app.operations.saving import check_zone
from app.texts import _, known, language, plural
from app.translations import load_languages
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.setup.places import first_zone
from app.web.setup.uploads import sent_file

_COUNTS: Mapping[Part, Callable[[int], str]] = {
    Part.PLACE: lambda number: plural("{number} location", "{number} locations", number),
    Part.PERSON: lambda number: plural("{number} person", "{number} people", number),
    Part.ROOM: lambda number: plural("{number} room", "{number} rooms", number),
    Part.DEVICE: lambda number: plural("{number} device", "{number} devices", number),
    Part.POOL: lambda number: plural("{number} pool", "{number} pools", number),
    Part.SERVICE: lambda number: plural("{number} service", "{number} services", number),
    Part.ROLE: lambda number: plural("{number} role", "{number} roles", number),
    Part.GROUP: lambda number: plural("{number} group", "{number} groups", number),
    Part.LABEL: lambda number: plural("{number} label", "{number} labels", number),
    Part.RULE: lambda number: plural("{number} rule", "{number} rules", number),
    Part.LOOK: lambda _number: _("Look and words"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """The page as it is filled in: how it would be set up, the text of a file of one's own, and what is wrong."""

    wish: Wish
    text: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[str] = ()


def show_list() -> str:
    """Show the presets there are."""
    _who_may()
    presets = [(key, find_preset(key)) for key in KEYS]
    code = language()
    shown = [(key, said(one.name, code), said(one.about, code), _outline(one)) for key, one in presets]
    return render_template("setup/presets.html", presets=shown)


def _outline(preset: Preset) -> str:
    """Return in a line how much a preset has."""
    people = sum(1 for one in preset.things.values() if one.kind == Part.PERSON.value)
    counts = ((Part.PLACE, len(preset.places)), (Part.PERSON, people), (Part.SERVICE, len(preset.services)))
    return ", ".join(_COUNTS[part](number) for part, number in counts)


def show(preset: str) -> str:
    """Show what a preset would make."""
    context, found = _who_may(), find_preset(preset)
    wish = Wish(language(), first_zone(context))
    return _page(Form(wish), preset, found, look_through_preset(context, found, wish))


def set_up(preset: str) -> ResponseReturnValue:
    """Show it again as it was chosen, or set it up."""
    return _answer(_who_may(), Form(_wish()), preset, find_preset(preset))


def show_own() -> str:
    """Ask for a file."""
    return _page(Form(Wish(language(), first_zone(_who_may()))))


def set_up_own() -> ResponseReturnValue:
    """Look a file through, or set it up; whatever is wrong with it is told, and its text stays."""
    context = _who_may()
    try:
        form = Form(_wish(), _text())
        found = read_preset(form.text)
    except PresetError as error:
        return _page(Form(_wish(), request.form.get("text", ""), problems=error.problems)), UNPROCESSABLE
    return _answer(context, form, None, found)


def _text() -> str:
    """Return the text of the file that was chosen, else the one in the field."""
    content = sent_file("file", 4 * MOST_LETTERS)
    if not content:
        return request.form.get("text", "").replace("\r\n", "\n")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError([_("The file must be text in UTF-8.")]) from error


def download(preset: str) -> Response:
    """Give the file of a preset, to read and to change."""
    _who_may()
    answer = Response(preset_text(preset), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="eigenplan-{preset}.yml"'
    return answer


def _who_may() -> Context:
    """Return the surroundings of an administrator: presets make roles and groups as well."""
    context = current_context()
    context.require(Permission.MANAGE_USERS, Target())
    context.require(Permission.MANAGE_SETTINGS, Target())
    return context


def _wish() -> Wish:
    return Wish(known(request.form.get("names", ""), language()), request.form.get("tzid", ""))


def _answer(context: Context, form: Form, key: str | None, preset: Preset) -> ResponseReturnValue:
    try:
        check_zone(form.wish.tzid)
        if request.form.get("action") != "apply":
            return _page(form, key, preset, look_through_preset(context, preset, form.wish))
        made = set_up_preset(context, preset, form.wish)
    except InvalidInput as refusal:
        name = "tzid" if refusal.field == "tzid" else ""
        wrong = Form(form.wish, form.text, {name: refusal.problem})
        return _page(wrong, key, preset, look_through_preset(context, preset, form.wish)), UNPROCESSABLE
    flash(_said(made))
    return redirect(url_for("setup.start_done"), 303)


def _said(made: Sequence[Line]) -> str:
    new = [line for line in made if not line.is_there]
    if not new:
        return _("Everything of this was there already; nothing was changed.")
    said_new = _("Set up: {what}.", what=", ".join(words for words, _lines in _grouped(new)))
    left = len(made) - len(new)
    if not left:
        return said_new
    there = plural(
        "{number} was there already and stays as it is.", "{number} were there already and stay as they are.", left
    )
    return f"{said_new} {there}"


def _grouped(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Return the lines of each kind of thing under how many there are."""
    groups = [(part, list(some)) for part, some in groupby(lines, lambda line: line.part)]
    return [(_COUNTS[part](len(some)), some) for part, some in groups]


def _page(form: Form, key: str | None = None, preset: Preset | None = None, lines: Sequence[Line] = ()) -> str:
    code = language()
    return render_template(
        "setup/preset.html",
        form=form,
        key=key,
        title=_("A file of your own") if key is None or preset is None else said(preset.name, code),
        about="" if preset is None else said(preset.about, code),
        groups=_grouped(lines),
        known=sum(line.is_there for line in lines),
        total=len(lines),
        languages=list(load_languages().items()),
        most=MOST_LETTERS,
    )


def add_presets(blueprint: Blueprint) -> None:
    """Give the set-up its examples to start from."""
    blueprint.add_url_rule("/presets", "presets", show_list)
    blueprint.add_url_rule("/presets/own", "own_preset", show_own)
    blueprint.add_url_rule("/presets/own", "save_own_preset", set_up_own, methods=["POST"])
    blueprint.add_url_rule("/presets/<preset>", "preset", show)
    blueprint.add_url_rule("/presets/<preset>", "save_preset", set_up, methods=["POST"])
    blueprint.add_url_rule("/presets/<preset>.yml", "preset_file", download)
