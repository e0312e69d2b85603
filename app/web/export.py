"""Everything out by the browser: an archive that a passphrase opens."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput
from app.booking.words import sentence
from app.operations.archive.export import MOST_IN_BROWSER, count_bookings, export_sealed
from app.texts import _, mark
from app.web.context import current_context
from app.web.errors import UNPROCESSABLE
from app.web.times import local_day

FILE_NAME = "eigenplan-{}.archive"
DIFFERENT = mark("The two passphrases differ; please type the same one twice.")

blueprint = Blueprint("export", __name__, url_prefix="/export")


@blueprint.get("/")
def index() -> str:
    """Say what an archive holds, and ask for a passphrase."""
    return _page({})


@blueprint.post("/")
def write() -> ResponseReturnValue:
    """Give the archive."""
    context, file = current_context(), BytesIO()
    first, again = (request.form.get(name, "") for name in ("passphrase", "passphrase_again"))
    if count_bookings(context) > MOST_IN_BROWSER:
        return _page({}), UNPROCESSABLE
    if first != again:
        return _page({"passphrase_again": _(DIFFERENT)}), UNPROCESSABLE
    try:
        export_sealed(context, file, first, None)
    except InvalidInput as refusal:
        return _page({refusal.field or "": sentence(refusal, "UTC")}), UNPROCESSABLE
    answer = Response(file.getvalue(), content_type="application/octet-stream")
    name = FILE_NAME.format(local_day(context.now, "UTC").isoformat())
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _page(errors: dict[str, str]) -> str:
    count = count_bookings(current_context())
    return render_template("export/index.html", errors=errors, count=count, most=MOST_IN_BROWSER)
