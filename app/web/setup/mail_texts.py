"""The pages "Mail texts": which mails go out when, and the words of each by language, with an example beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import StaleVersion
from app.look.mail_text import MOST_SUBJECT, MOST_TEXT, SUBJECT, TEXT
from app.operations.context import Context
from app.operations.flat_file import FlatFileError
from app.operations.letters.mail_examples import Example
from app.operations.letters.mail_kinds import MailKind
from app.operations.letters.mail_text_file import read_file, write_file
from app.operations.letters.mail_texts import (
    SavedText,
    TextDraft,
    check_draft,
    forget_text,
    get_text,
    list_texts,
    may_change,
    save_all,
    save_text,
)
from app.operations.letters.mail_trials import send_trial, show_trial
from app.texts import _, plural
from app.web.context import current_context, site
from app.web.errors import UNPROCESSABLE
from app.web.language import language_names
from app.web.outbox import KIND_WORDS
from app.web.setup.kinds import STALE, Answer, say_all
from app.web.setup.reading import Typed
from app.web.setup.uploads import sent_text
from app.web.step_up import ask_again

FILE_NAME = "eigenplan-mail-texts.yaml"
COUNTS = frozenset({"save", "reset"})
"""What changes the words of mails, which are believed: it asks again who one is, as trying them out does not."""


@dataclass(frozen=True, slots=True)
class Form:
    """The editor as it is filled in; ``example``: what the words become, None where something is wrong with them.

    ``errors``: what is wrong, by field; ``sent_to``: whose mailbox a test mail is on its way to.
    """

    saved: SavedText
    draft: TextDraft
    version: str
    errors: dict[str, str]
    example: Example | None
    sent_to: str = ""


def show_list() -> str:
    """List all kinds of mails, with the languages in which their words were changed."""
    return _list()


def download() -> Response:
    """Give the changed words as a file."""
    answer = Response(write_file(list_texts(current_context())), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer


def upload() -> ResponseReturnValue:
    """Let the words of a file count; a file with anything wrong changes nothing."""
    context = current_context()
    list_texts(context)
    asked = ask_again()
    if asked is not None:
        return asked
    try:
        drafts = read_file(sent_text("file"))
    except FlatFileError as error:
        return _list(error.problems), UNPROCESSABLE
    save_all(context, drafts)
    flash(plural("{number} text was read from the file.", "{number} texts were read from the file.", len(drafts)))
    return redirect(url_for("setup.list_mail_texts"))


def _list(problems: Sequence[str] = ()) -> str:
    texts: dict[str, tuple[MailKind, list[SavedText]]] = {}
    for one in list_texts(current_context()):
        texts.setdefault(one.kind.code, (one.kind, []))[1].append(one)
    return render_template(
        "setup/mail-texts.html",
        groups=[
            (_("To clients"), [one for one in texts.values() if one[0].to_client]),
            (_("To those who sign in"), [one for one in texts.values() if not one[0].to_client]),
        ],
        titles=say_all(KIND_WORDS),
        languages=language_names(),
        problems=problems,
    )


def show(reference: str) -> Answer:
    """Show the words of one kind of mail in one language."""
    context = current_context()
    saved = get_text(context, reference)
    return _page(_filled(context, saved, TextDraft(saved.text, {}), saved.version))


def save(reference: str) -> ResponseReturnValue:
    """Preview the words, try them by mail, let them count, or go back to the built-in ones."""
    context = current_context()
    saved = get_text(context, reference)
    typed = Typed(request.form)
    action, version = typed.text("action"), typed.text("version")
    draft = TextDraft(saved.text, {})
    if action != "reset":
        draft = check_draft(reference, typed.text(SUBJECT), typed.text(TEXT))
    form = _filled(context, saved, draft, version)
    if "HX-Request" in request.headers:  # htmx puts in only what comes with 200
        return render_template("setup/_mail-example.html", form=form, is_part=True)
    asked = ask_again() if action in COUNTS else None
    if asked is not None:
        return asked
    if action == "reset":
        return _forget(context, form)
    if draft.problems:
        return _page(form), UNPROCESSABLE
    if action == "trial":
        return _page(_tried(context, form))
    return _save(context, form) if action == "save" else _page(form)


def _filled(context: Context, saved: SavedText, draft: TextDraft, version: str) -> Form:
    example = None if draft.problems else show_trial(context, saved.reference, draft, site().config.base_url)
    return Form(saved, draft, version, dict(draft.problems), example)


def _tried(context: Context, form: Form) -> Form:
    sent_to = send_trial(context, form.saved.reference, form.draft)
    return Form(form.saved, form.draft, form.version, {}, form.example, sent_to)


def _save(context: Context, form: Form) -> Answer:
    try:
        save_text(context, form.saved.reference, form.draft, form.version)
    except StaleVersion:
        return _stale(form)
    flash(_("Saved. The next mails say so."))
    return redirect(url_for("setup.edit_mail_text", reference=form.saved.reference))


def _forget(context: Context, form: Form) -> Answer:
    try:
        forget_text(context, form.saved.reference, form.version)
    except StaleVersion:
        return _stale(form)
    flash(_("The next mails say again what is built in."))
    return redirect(url_for("setup.edit_mail_text", reference=form.saved.reference))


def _stale(form: Form) -> Answer:
    """Keep what was typed; sent again, it takes the place of what somebody else saved."""
    again = Form(form.saved, form.draft, form.saved.version, {"": _(STALE)}, form.example)
    return _page(again), 409


def _page(form: Form) -> str:
    languages = language_names()
    return render_template(
        "setup/mail-texts_form.html",
        form=form,
        may_save=may_change(current_context(), form.saved.kind.code),
        title=_(KIND_WORDS[form.saved.kind.code]),
        languages=languages,
        others=[(code, own) for code, own in languages.items() if code != form.saved.language],
        most_subject=MOST_SUBJECT,
        most_text=MOST_TEXT,
        demo=site().config.demo,
    )


def add_mail_texts(blueprint: Blueprint) -> None:
    """Give the set-up its pages for the words of mails."""
    blueprint.add_url_rule("/mail-texts", "list_mail_texts", show_list)
    blueprint.add_url_rule("/mail-texts.yaml", "mail_texts_file", download)
    blueprint.add_url_rule("/mail-texts.yaml", "read_mail_texts_file", upload, methods=["POST"])
    blueprint.add_url_rule("/mail-texts/<reference>", "edit_mail_text", show)
    blueprint.add_url_rule("/mail-texts/<reference>", "save_mail_text", save, methods=["POST"])
