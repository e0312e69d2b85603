"""The language of one's own pages and mails."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.booking.words import sentence
from app.operations.accounts.own_language import choose_language, own_language
from app.texts import _, mark, speak
from app.translations import load_languages
from app.web.account.own import own_context
from app.web.errors import UNPROCESSABLE
from app.web.language import visitors_language

SAVED = mark("Saved.")


def show() -> str:
    """Show what there is, and what is chosen."""
    return _page(own_language(own_context()), "")


def save() -> ResponseReturnValue:
    """Choose a language, and speak it at once."""
    code = request.form.get("language", "")
    try:
        choose_language(own_context(), code)
    except InvalidInput as refusal:
        return _page("", sentence(refusal, "UTC")), UNPROCESSABLE
    speak(code or visitors_language())
    flash(_(SAVED))
    return redirect(url_for("account.language"), 303)


def _page(chosen: str, error: str) -> str:
    return render_template("account/language.html", languages=load_languages(), chosen=chosen, error=error)


def add_language_pages(blueprint: Blueprint) -> None:
    """Give the account its page about the language."""
    blueprint.add_url_rule("/language", "language", show)
    blueprint.add_url_rule("/language", "save_language", save, methods=["POST"])
