"""The list and edit pages of one kind of set-up record: the same few views for every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, Refusal, StaleVersion
from app.operations.context import Context
from app.operations.saving import Saved
from app.texts import _, mark
from app.web.context import current_context
from app.web.setup.check_records import without_check
from app.web.setup.reading import Typed, whole_number

D = TypeVar("D")
K = TypeVar("K")
Answer = str | tuple[str, int] | Response
STALE = mark("Somebody else saved this while you were typing. What you typed is still below.")
_GONE: Mapping[str, str] = {
    "location": mark("The location that you chose was removed meanwhile; please choose another one."),
    "resource": mark("The resource that you chose was removed meanwhile; please choose another one."),
    "service": mark("The service that you chose was removed meanwhile; please choose another one."),
    "pool": mark("The pool that you chose was removed meanwhile; please choose another one."),
    "user": mark("The user that you chose was removed meanwhile; please choose another one."),
    "group": mark("The group that you chose was removed meanwhile; please choose another one."),
}
_ANYTHING_GONE = mark("What you chose was removed meanwhile; please choose something else.")
FORM_REFUSALS = (InvalidInput, StaleVersion, NotFound, NotAllowed)


@dataclass(frozen=True, slots=True)
class Words:
    """What pages say of a kind of record, to be said by ``_`` where it is shown.

    ``one``, ``many``: headings. ``none``: of an empty list; the page of a kind may have something better to say.
    """

    one: str
    many: str
    new: str
    saved: str
    none: str = ""
    remove: str = ""
    removed: str = ""


def say_all(words: Mapping[K, str]) -> dict[K, str]:
    """Return a table of texts in the language spoken."""
    return {key: _(text) for key, text in words.items()}


@dataclass(frozen=True, slots=True)
class Kind(Generic[D]):
    """One kind of record: its words, its operations, and how a form turns into a draft and back.

    ``tables``: forms with lines of repeated fields, by name; each maps field names to what an empty line holds.
    ``leads``: where a record that was saved leads to (by its public id) instead of to the list; None: to the list.
    """

    slug: str
    words: Words
    list: Callable[[Context], list[Saved[D]]]
    get: Callable[[Context, str], Saved[D]]
    save: Callable[[Context, D, str | None, int | None], str]
    read: Callable[[Context, Typed], D]
    show: Callable[[Context, D], MultiDict[str, str]]
    blank: Callable[[Context], MultiDict[str, str]]
    options: Callable[[Context], Mapping[str, Any]]
    permission: Permission
    remove: Callable[[Context, str], None] | None = None
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    leads: Callable[[Context, str], str | None] = lambda _context, _public_id: None

    @property
    def endpoint(self) -> str:
        """The part of the endpoints' names that belongs to this kind."""
        return self.slug.replace("-", "_")

    def allowed(self) -> Context:
        """Return the context of this request if its user may edit this kind, or raise NotAllowed."""
        context = current_context()
        context.require_anywhere(self.permission)
        return context


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: values as stored or as typed, and what is wrong by field."""

    values: MultiDict[str, str]
    public_id: str | None = None
    version: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def add_pages(blueprint: Blueprint, kind: Kind[D]) -> None:
    """Give a kind its pages: list, new, edit, and remove where it has that."""

    def show_list() -> str:
        context = kind.allowed()
        items = without_check(context, kind.list(context))
        return render_template(f"setup/{kind.slug}_list.html", kind=kind, items=items, **kind.options(context))

    def show_form(public_id: str | None = None) -> Answer:
        context = kind.allowed()
        if public_id is None:
            return _page(kind, context, Filled(kind.blank(context)))
        saved = kind.get(context, public_id)
        return _page(kind, context, Filled(kind.show(context, saved.draft), public_id, saved.version))

    def save(public_id: str | None = None) -> Answer:
        return _save(kind, kind.allowed(), public_id)

    path, name = f"/{kind.slug}", kind.endpoint
    blueprint.add_url_rule(path, f"list_{name}", show_list)
    blueprint.add_url_rule(f"{path}/new", f"new_{name}", show_form)
    blueprint.add_url_rule(f"{path}/new", f"add_{name}", save, methods=["POST"])
    blueprint.add_url_rule(f"{path}/<public_id>", f"edit_{name}", show_form)
    blueprint.add_url_rule(f"{path}/<public_id>", f"save_{name}", save, methods=["POST"])
    if kind.remove is not None:
        _add_removal(blueprint, kind, kind.remove)


def _add_removal(blueprint: Blueprint, kind: Kind[D], remove: Callable[[Context, str], None]) -> None:
    def remove_and_tell(public_id: str) -> Answer:
        try:
            remove(kind.allowed(), public_id)
        except InvalidInput as refusal:
            flash(refusal.problem, "error")
        else:
            flash(_(kind.words.removed))
        return redirect(url_for(f"setup.list_{kind.endpoint}"))

    rule = f"/{kind.slug}/<public_id>/remove"
    blueprint.add_url_rule(rule, f"remove_{kind.endpoint}", remove_and_tell, methods=["POST"])


def _save(kind: Kind[D], context: Context, public_id: str | None) -> Answer:
    typed = Typed(request.form)
    filled = Filled(request.form, public_id, None if public_id is None else typed.optional_number("version"))
    if typed.text("action") != "save":
        return _page(kind, context, replace(filled, values=change_lines(request.form, kind.tables)))
    try:
        saved = kind.save(context, kind.read(context, typed), public_id, filled.version)
    except FORM_REFUSALS as refusal:
        errors, status = explain_refusal(refusal, public_id)
        return _page(kind, context, replace(filled, errors=errors)), status
    name = typed.optional("name")
    flash(_("{name} saved.", name=name) if name else _(kind.words.saved))
    return redirect(kind.leads(context, saved) or url_for(f"setup.list_{kind.endpoint}"))


def explain_refusal(refusal: Refusal, public_id: str | None) -> tuple[Mapping[str, str], int]:
    """Return what to show beside which field of a refused form ("": above all), and the HTTP status.

    Raises:
        NotFound: the record itself is gone, not just something that was chosen for it.
    """
    if isinstance(refusal, InvalidInput):
        return {refusal.field or "": refusal.problem}, 422
    if isinstance(refusal, NotFound) and refusal.reference != public_id:
        return {"": _(_GONE.get(refusal.kind, _ANYTHING_GONE))}, 422
    if isinstance(refusal, StaleVersion):
        return {"": _(STALE)}, 409
    if isinstance(refusal, NotAllowed):
        return {"": refusal.reason}, 403
    raise refusal


def _page(kind: Kind[D], context: Context, filled: Filled) -> str:
    return render_template(f"setup/{kind.slug}_form.html", kind=kind, form=filled, **kind.options(context))


def change_lines(fields: MultiDict[str, str], tables: Mapping[str, Mapping[str, str]]) -> MultiDict[str, str]:
    """Carry out a button that adds or removes a line (``add-TABLE``, ``drop-TABLE-NUMBER``); nothing is saved."""
    changed = fields.copy()
    verb, __, rest = fields.get("action", "").partition("-")
    name, __, number = rest.partition("-")
    for column, empty in tables.get(name, {}).items():
        texts = changed.getlist(column)
        if verb == "add":
            texts.append(empty)
        elif verb == "drop":
            del texts[slice(*_one(number))]
        changed.setlist(column, texts)
    return changed


def _one(number: str) -> tuple[int, int]:
    position = max(0, whole_number(number, "action"))
    return position, position + 1
