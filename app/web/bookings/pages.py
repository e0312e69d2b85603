"""The search for bookings, one booking's page, and the addresses of everything that can be done to it."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.wall_clock import local_date
from app.operations.audit.files import TYPES
from app.operations.list_export import export_bookings
from app.operations.look_up import look_at_booking
from app.operations.search import list_together, search_bookings
from app.texts import _
from app.web.bookings import acting, blocking, detail, dragging, moving, new, quick, undoing
from app.web.bookings.form import may_book
from app.web.bookings.searching import STATUS_WORDS, page_links, read_search
from app.web.context import current_context

blueprint = Blueprint("bookings", __name__, url_prefix="/bookings")
blueprint.add_url_rule("/new", "new", new.show)
blueprint.add_url_rule("/new", "create", new.create, methods=["POST"])
blueprint.add_url_rule("/quick", "quick", quick.show, methods=["POST"])
blueprint.add_url_rule("/block", "block", blocking.block, methods=["POST"])
blueprint.add_url_rule("/times", "times", new.times)
blueprint.add_url_rule("/<public_id>/move", "move", moving.show)
blueprint.add_url_rule("/<public_id>/move", "save_move", moving.save, methods=["POST"])
blueprint.add_url_rule("/<public_id>/move.json", "drop", dragging.drop, methods=["POST"])
blueprint.add_url_rule("/<public_id>/places.json", "places", dragging.places)
blueprint.add_url_rule("/<public_id>/why.json", "why_not", dragging.why_not)
blueprint.add_url_rule("/<public_id>/cancel", "cancel", acting.cancel_booking, methods=["POST"])
blueprint.add_url_rule("/<public_id>/undo", "undo_change", undoing.undo_change, methods=["POST"])
blueprint.add_url_rule("/<public_id>/undo.json", "undo_by_script", undoing.undo_by_script, methods=["POST"])
blueprint.add_url_rule("/<public_id>/labels", "label", acting.label, methods=["POST"])
blueprint.add_url_rule("/<public_id>/responsible", "assign", acting.assign, methods=["POST"])
blueprint.add_url_rule("/<public_id>/send-link", "send_link", acting.send_link, methods=["POST"])
blueprint.add_url_rule("/<public_id>/status", "mark", acting.mark, methods=["POST"])


@blueprint.get("/")
def index() -> str:
    """Search bookings by date, status, place, and words in the client's or service's name."""
    context = current_context()
    context.require_anywhere(Permission.SEE_TITLES)
    form = read_search(context, request.args)
    page = search_bookings(context, form.search)
    return render_template(
        "bookings/list.html",
        form=form,
        page=page,
        rows=detail.rows_of(page.bookings),
        pages=page_links(page),
        statuses={status: _(word) for status, word in STATUS_WORDS.items()},
        may_book=may_book(context),
        may_export=context.may(Permission.EXPORT),
    )


@blueprint.post("/export.csv")
def export() -> Response:
    """Give all bookings that the address searches for as a file; that somebody took it is told to the audit log.

    Raises:
        InvalidInput: a day cannot be read, or too many match.
    """
    context = current_context()
    context.require(Permission.EXPORT, Target())
    context.require_anywhere(Permission.SEE_TITLES)
    form = read_search(context, request.args)
    for name, problem in form.errors.items():
        raise InvalidInput(name, problem)
    lines = export_bookings(context, form.search)
    name = f"bookings-{local_date(context.now, 'UTC').isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, content_type=TYPES["csv"], headers=headers)


@blueprint.get("/together")
def together() -> str:
    """List all bookings of one series or of one visit."""
    context = current_context()
    series, visit = request.args.get("series", ""), request.args.get("visit", "")
    found = list_together(context, series=series, visit=visit)
    if not found:
        raise NotFound(kind="series" if series else "visit", reference=(series or visit)[:40])
    heading = _("Recurring booking") if series else _("Visit")
    return render_template(
        "bookings/together.html", heading=heading, rows=detail.rows_of(found), is_series=bool(series)
    )


@blueprint.get("/<public_id>")
def show(public_id: str) -> str:
    """Show one booking with all that the acting user may know of it and do to it."""
    context = current_context()
    booking = look_at_booking(context, public_id)
    g.tzid = booking.tzid
    return detail.render_booking(context, booking)
