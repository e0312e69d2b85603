"""Texts in templates: ``_`` and ``plural`` as in code, ``rich`` for texts that hold markup of ours."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup

from app.texts import _, in_context, language, plural


def rich(text: str, /, **values: object) -> Markup:
    """Return a text that holds markup (``<strong>``, ``<a href="{url}">``); values are escaped, the text is ours."""
    return Markup(_(text)).format(**values)


def init_words(app: Flask) -> None:
    """Give templates the functions that say texts."""
    app.jinja_env.globals.update(_=_, plural=plural, in_context=in_context, rich=rich, language=language)
