"""The page "Look and words": what is typed is shown in a preview first, and counts when it is applied."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, StaleVersion
from app.look.colours import corrections
from app.look.features import FIELDS
from app.look.logo import MOST_BYTES, TYPES
from app.look.look import Look, flat, names_of
from app.look.style import DELIVERED, style_text
from app.look.typefaces import TYPEFACES
from app.look.words import CLIENT, GENDERS, OWN, WORDS, exchange
from app.operations.context import Context
from app.operations.flat_file import FlatFileError
from app.operations.look import Draft, SavedLook, check_draft, get_look, save_look, word_for
from app.operations.look_file import read_file, write_file
from app.texts import _, languages, mark, using_words
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.language import language_names
from app.web.look import start_texts
from app.web.setup.kinds import STALE
from app.web.setup.reading import Typed
from app.web.setup.uploads import sent_file, sent_text

FILE_NAME = "eigenplan-look.yaml"
PANEL = ".look-preview"
SHOWN_BY_STYLE = ("colour", "dark_colour", "typeface")
_WORD_LABELS = {
    CLIENT: mark("Client (usual)"),
    "patient": mark("Patient"),
    "customer": mark("Customer"),
    "guest": mark("Guest"),
    "participant": mark("Participant"),
    OWN: mark("A word of your own, given below"),
}
_GENDER_LABELS = {"m": mark("masculine: der"), "f": mark("feminine: die"), "n": mark("neuter: das")}
_SAMPLES = (
    mark("Clients"),
    mark("A new client"),
    mark("The client wants to move"),
    mark("See names and contacts of clients."),
)
"""Texts by which the preview shows a word; all are said elsewhere, too."""


@dataclass(frozen=True, slots=True)
class Form:
    """The page as it is filled in: texts by field, the logo that goes with them, what is wrong; nothing of it counts.

    ``kept``: a logo that was chosen and not applied yet, in Base64. ``file_problems``: of a file that was not read.
    """

    texts: Mapping[str, str]
    look: Look
    logo: bytes
    version: int
    kept: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_previewed: bool = False
    file_problems: Sequence[str] = ()


def show() -> str:
    """Show what the site looks like now."""
    context = current_context()
    return _page(_stored_form(get_look(context)))


def change() -> ResponseReturnValue:
    """Preview what was typed, apply it, or go back to how everything looked at first."""
    context = current_context()
    saved = get_look(context)
    typed = Typed(request.form)
    action, version = typed.text("action"), _version(typed)
    if action == "reset":
        return _apply(context, replace(_stored_form(saved), version=version), check_draft(_other_page(saved), b""))
    texts = {name: typed.text(name) for name in names_of(languages())}
    draft = check_draft(texts, sent_file("logo", MOST_BYTES) or _kept_logo(typed, saved))
    form = _filled(draft, saved, version)
    if "logo" in draft.problems:  # the file is not kept, but what was there before it
        form = replace(_filled(check_draft(texts, _kept_logo(typed, saved)), saved, version), errors=draft.problems)
    if action == "apply" and not draft.problems:
        return _apply(context, form, draft)
    return _page(form), UNPROCESSABLE if draft.problems else 200


def _other_page(saved: SavedLook) -> dict[str, str]:
    """Return what is set on the page of features and formats, which goes with a look but is none of its own."""
    texts = flat(saved.look)
    return {name: texts.get(name, "") for name in FIELDS}


def _version(typed: Typed) -> int:
    try:
        return typed.number("version")
    except InvalidInput:
        return -1  # of no version that there is, so nothing is applied by a form that lacks it


def _apply(context: Context, form: Form, draft: Draft) -> ResponseReturnValue:
    try:
        save_look(context, draft, form.version)
    except StaleVersion:
        saved = get_look(context)
        return _page(replace(form, version=saved.version, errors={"": _(STALE)}, is_previewed=False)), 409
    flash(_("The site looks so from now on, for everybody."))
    return redirect(url_for("setup.look"))


def _filled(draft: Draft, saved: SavedLook, version: int) -> Form:
    """Return the page for a draft, as a preview unless something is wrong with it."""
    kept = "" if draft.look.logo == saved.look.logo else base64.b64encode(draft.logo).decode()
    return Form(draft.texts, draft.look, draft.logo, version, kept, draft.problems, is_previewed=not draft.problems)


def _kept_logo(typed: Typed, saved: SavedLook) -> bytes:
    """Return the logo of a form without a new one: none, one chosen before and not applied, or the stored one."""
    if typed.flag("no_logo"):
        return b""
    try:
        return base64.b64decode(typed.text("logo_kept"), validate=True) or saved.logo
    except (binascii.Error, ValueError):
        return saved.logo


def preview_style() -> Response:
    """Give the style sheet of the preview; what cannot be used of the address is left out."""
    get_look(current_context())
    draft = check_draft({name: request.args.get(name, "") for name in SHOWN_BY_STYLE}, b"")
    return Response("" if draft.problems else style_text(draft.look, PANEL), mimetype="text/css")


def download() -> Response:
    """Give what is stored as a file."""
    saved = get_look(current_context())
    answer = Response(write_file(saved.look, saved.logo), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer


def upload() -> ResponseReturnValue:
    """Fill the page in from a file, as a preview; a file with anything wrong fills in nothing."""
    context = current_context()
    saved = get_look(context)
    try:
        draft = read_file(sent_text("file"))
    except FlatFileError as error:
        stored = _stored_form(saved)
        form = Form(stored.texts, stored.look, stored.logo, saved.version, file_problems=error.problems)
        return _page(form), UNPROCESSABLE
    return _page(_filled(replace(draft, texts=flat(draft.look)), saved, saved.version))


def _stored_form(saved: SavedLook) -> Form:
    return Form(flat(saved.look), saved.look, saved.logo, saved.version)


def _page(form: Form) -> str:
    colours = urlencode({name: form.texts.get(name, "") for name in SHOWN_BY_STYLE})
    with using_words(lambda told, code: exchange(told, code, word_for(form.look))):
        samples = [_(text) for text in _SAMPLES]
    with using_words(lambda told, code: told):  # the usual word is named by itself
        words = [(code, _(_WORD_LABELS[code])) for code in (*WORDS, OWN)]
    title, introduction = start_texts(form.look)
    return render_template(
        "setup/look.html",
        form=form,
        carried=[(name, form.texts.get(name, "")) for name in FIELDS],
        typefaces=[(code, _(face.label)) for code, face in TYPEFACES.items()],
        words=words,
        genders=[("", "–"), *((code, _(_GENDER_LABELS[code])) for code in GENDERS)],
        languages=language_names(),
        empty_colours=DELIVERED,
        corrections=corrections(form.look.colour, form.look.dark_colour),
        preview_url=f"{url_for('setup.look_preview')}?{colours}" if form.is_previewed else "",
        title=title,
        introduction=introduction,
        picture=_picture(form),
        samples=samples,
    )


def _picture(form: Form) -> str:
    """Return the draft's logo as an address that holds it; as a picture it can do nothing but be seen."""
    if not form.look.logo:
        return ""
    kind = TYPES[form.look.logo.rpartition(".")[2]]
    return f"data:{kind};base64,{base64.b64encode(form.logo).decode()}"


def add_look(blueprint: Blueprint) -> None:
    """Give the set-up its page of looks and words."""
    blueprint.add_url_rule("/look", "look", show)
    blueprint.add_url_rule("/look", "change_look", change, methods=["POST"])
    blueprint.add_url_rule("/look/preview.css", "look_preview", preview_style)
    blueprint.add_url_rule("/look.yaml", "look_file", download)
    blueprint.add_url_rule("/look.yaml", "read_look_file", upload, methods=["POST"])
