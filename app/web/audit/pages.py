"""The page of the audit log, for those who may read it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.wall_clock import local_date
from app.operations.audit.files import TYPES, csv_lines, json_lines
from app.operations.audit.log import export_audit, list_people, search_audit
from app.operations.audit.words import ACTION_WORDS, KIND_WORDS
from app.texts import _, in_context
from app.web.audit.lines import line_of
from app.web.audit.reading import read_search
from app.web.context import current_context, now, site

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
_WRITERS = {"csv": csv_lines, "jsonl": json_lines}


@blueprint.get("/")
def index() -> str:
    """Search the log: by day, person, action, thing and words; the newest first."""
    context, tzid = current_context(), site().config.time_zone
    form = read_search(request.args, tzid)
    page = search_audit(context, form.search)
    return render_template(
        "audit/list.html",
        form=form,
        lines=[line_of(entry, tzid, page.names, page.zones.get(entry.object, tzid)) for entry in page.entries],
        older=form.older_url(page.older) if page.older else "",
        people=[("", in_context("audit", "Anybody")), *list_people(context)],
        actions=[("", _("Anything")), *((one, _(words)) for one, words in ACTION_WORDS.items())],
        kinds=[("", _("Anything")), *((one, _(words)) for one, words in KIND_WORDS.items())],
        tzid=tzid,
    )


@blueprint.post("/export")
def export() -> ResponseReturnValue:
    """Give all entries that a search finds as a file; that somebody took it is an entry, too.

    Raises:
        InvalidInput: neither CSV nor JSON Lines is wished, or a day cannot be read.
    """
    context, wished = current_context(), request.form.get("format", "")
    context.require(Permission.READ_AUDIT, Target())
    if wished not in TYPES:
        raise InvalidInput("format", _("The log can be had as CSV or as JSON Lines; please choose one of them."))
    tzid = site().config.time_zone
    form = read_search(request.form, tzid)
    for name, problem in form.errors.items():
        raise InvalidInput(name, problem)
    entries = export_audit(context, form.search, wished)
    name = f"audit-{local_date(now(), tzid).isoformat()}.{wished}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_WRITERS[wished](entries), content_type=TYPES[wished], headers=headers)
