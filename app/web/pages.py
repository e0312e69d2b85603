"""What every template may use: texts of times and scripts, the navigation."""

from __future__ import annotations

from functools import cache

from flask import Flask
from markupsafe import Markup

from app.access.permissions import say_role
from app.booking.formats import formats
from app.operations.setup.first_steps import may_begin
from app.web.bookings.undoing import undo_offer
from app.web.context import current_context
from app.web.devices import say_device
from app.web.help.tours import stops_text, tour_here
from app.web.navigation import navigation, shown_actor
from app.web.script_texts import script_texts
from app.web.times import (
    clock_text,
    day_text,
    duration_text,
    local_day,
    moment_text,
    short_day,
    short_moment,
    span_text,
    zone_word,
    zones,
)


def init_pages(app: Flask) -> None:
    """Give templates their filters and functions."""
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(
        clock=clock_text,
        device=say_device,
        day_text=day_text,
        short_day=short_day,
        short_moment=short_moment,
        local_day_text=lambda instant, tzid: day_text(local_day(instant, tzid)),
        moment=moment_text,
        duration=duration_text,
        duration_pair=lambda minutes: (minutes, duration_text(minutes)),
        pair=lambda record: (record.public_id, record.name),
        one_line=lambda text: ", ".join(line.strip() for line in text.splitlines() if line.strip()),
        twice=lambda text: (text, text),
        zone_word=zone_word,
    )
    app.jinja_env.globals.update(
        formats=formats,
        may_begin=lambda: may_begin(current_context()),
        navigation=navigation,
        say_role=say_role,
        script_texts=script_texts,
        shown_actor=shown_actor,
        span_text=span_text,
        stops_text=stops_text,
        tour_here=tour_here,
        undo_offer=undo_offer,
        zone_list=zone_list,
        zones=zones,
    )


@cache
def zone_list() -> Markup:
    """Return the list of all zone names for a field that has ``list="zones"``."""
    options = Markup("").join(Markup("<option>{}</option>").format(name) for name in zones())
    return Markup('<datalist id="zones">{}</datalist>').format(options)
