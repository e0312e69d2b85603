"""What every template may use: texts of times, the navigation, addresses of static files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

from app.web.navigation import navigation, shown_actor
from app.web.times import clock_text, day_text, duration_text, moment_text, span_text, zones

YEAR_SECONDS = 365 * 86_400


def init_pages(app: Flask) -> None:
    """Give templates their filters and functions."""
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_SECONDS  # addresses of static files change with their content
    app.jinja_env.filters.update(
        clock=clock_text, day_text=day_text, moment=moment_text, duration=duration_text
    )
    app.jinja_env.globals.update(
        navigation=navigation, shown_actor=shown_actor, span_text=span_text, zones=zones, static_url=static_url
    )


def static_url(name: str) -> str:
    """Return the address of a file of ours, with a mark of its content so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    content = (Path(__file__).parent / "static" / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]
