"""The addresses of the public way."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.approvals import foresee
from app.booking.refusals import InPast
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.names import get_location
from app.operations.slots import find_slots
from app.texts import _, mark
from app.web.access import public
from app.web.context import visitor_context
from app.web.current_look import current_look
from app.web.look import start_texts
from app.web.opened import open_booking
from app.web.public.confirming import confirm_form, held_address, show_confirm, show_held
from app.web.public.details import book_form, show_details
from app.web.public.leaving import leave, show_wish
from app.web.public.offer import get_person, offered_by_place, places_of, providers_of
from app.web.public.selection import Selection, foreseen, read_selection
from app.web.public.visit import ROWS, book_visit_form, show_visit, show_visit_details
from app.web.public.waiting import join_form, show_waiting
from app.web.public.week import is_free, month_of, week_of
from app.web.security import visitor_form

blueprint = Blueprint("public", __name__)
EMBED_SCRIPT = Path(__file__).parents[1] / "static" / "embed.js"
SCRIPT_SECONDS = 3600
GONE = mark("This time is not free any more; please choose one of these.")


@blueprint.get("/")
@public
def services() -> str:
    """Show what can be booked, by place: all of it, what one place offers, or what one person gives."""
    catalog, args = visitor_context().catalog, request.args
    only = get_location(catalog, args["location"]) if args.get("location") else None
    provider = get_person(catalog, args["provider"]) if args.get("provider") else None
    places = offered_by_place(catalog, only, provider)
    title, introduction = start_texts(current_look())
    return render_template(
        "public/services.html",
        places=places,
        provider=provider,
        foresee=partial(foresee, catalog),
        title=title,
        introduction=introduction,
    )


@blueprint.get("/embed.js")
@public
def embed_script() -> Response:
    """Give the script for pages of other sites; its address stays what it is, so browsers ask for it every hour."""
    answer = Response(EMBED_SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={SCRIPT_SECONDS}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@blueprint.get("/book/times")
@public
def times() -> ResponseReturnValue:
    """Show the free days of a month, and the free times of one week."""
    context = visitor_context()
    chosen = read_selection(context, request.args)
    return _times_page(context, chosen, dict(chosen.errors))


def _times_page(context: Context, chosen: Selection, errors: dict[str, str]) -> ResponseReturnValue:
    catalog = context.catalog
    week = week_of(context, chosen)
    page = render_template(
        "public/times.html",
        chosen=chosen,
        errors=errors,
        approval=foreseen(catalog, chosen),
        week=week,
        month=month_of(context, chosen, week),
        places=places_of(catalog, chosen.service),
        providers=providers_of(catalog, chosen.service, chosen.place),
    )
    return page, 422 if errors else 200


@blueprint.get("/book/details")
@public
def details() -> ResponseReturnValue:
    """Show the form for a chosen time; a time that cannot be had leads back to the free ones."""
    context = visitor_context()
    chosen = read_selection(context, request.args)
    if chosen.errors or chosen.start is None:
        return _times_page(context, chosen, {"start": _("Please choose one of these times."), **chosen.errors})
    if not is_free(context, chosen):
        text = sentence(InPast(), chosen.tzid) if chosen.start <= context.now else _(GONE)
        return _times_page(context, chosen, {"start": text})
    return show_details(context, chosen)


@blueprint.post("/book")
@public
@visitor_form
def book() -> ResponseReturnValue:
    """Book."""
    return book_form(visitor_context())


@blueprint.get("/book/done/<token>")
@public
def done(token: str) -> ResponseReturnValue:
    """Say that it is booked, with the link to change it."""
    booking = open_booking(token).booking
    if booking.unconfirmed:  # no more than held yet
        return redirect(held_address(booking.public_id, booking.link_number), 303)
    return render_template("public/done.html", booking=booking, token=token)


@blueprint.get("/book/held/<token>")
@public
def held(token: str) -> str:
    """Say until when it is held for the visitor to confirm it by mail."""
    return show_held(token)


@blueprint.get("/book/confirm/<token>")
@public
def confirm_page(token: str) -> str:
    """Show the button that confirms what was booked."""
    return show_confirm(token)


@blueprint.post("/book/confirm/<token>")
@public
@visitor_form
def confirm(token: str) -> ResponseReturnValue:
    """Confirm what was booked."""
    return confirm_form(token)


@blueprint.get("/book/visit")
@public
def visit() -> ResponseReturnValue:
    """Show the choice of several services, and times for them."""
    return show_visit(visitor_context())


@blueprint.get("/book/visit/details")
@public
def visit_details() -> ResponseReturnValue:
    """Show the form for a chosen time of a visit."""
    return show_visit_details(visitor_context())


@blueprint.post("/book/visit")
@public
@visitor_form
def book_visit() -> ResponseReturnValue:
    """Book all services of a visit, or none."""
    return book_visit_form(visitor_context())


@blueprint.get("/book/visit/done")
@public
def visit_done() -> str:
    """Say that the visit is booked, with a link for each part."""
    tokens = request.args.getlist("token")
    if not 1 <= len(tokens) <= ROWS:
        abort(404)
    bookings = [(token, open_booking(token).booking) for token in tokens]
    return render_template("public/visit_done.html", bookings=bookings)


@blueprint.get("/book/waiting")
@public
def waiting() -> str:
    """Show the form of the waiting list."""
    return show_waiting(visitor_context())


@blueprint.post("/book/waiting")
@public
@visitor_form
def join() -> ResponseReturnValue:
    """Join the waiting list."""
    return join_form(visitor_context())


@blueprint.get("/book/waiting/<token>")
@public
def wish(token: str) -> str:
    """Show how a wish on the waiting list stands, with the button to leave the list."""
    return show_wish(token)


@blueprint.post("/book/waiting/<token>")
@public
@visitor_form
def leave_list(token: str) -> ResponseReturnValue:
    """Leave the waiting list."""
    return leave(token)


@blueprint.get("/slots.json")
@public
def slots() -> Response:
    """Return the free starts as instants; ``start`` and ``end`` are instants, at most 62 days apart."""
    args = request.args
    found = find_slots(
        visitor_context(),
        args.get("service", ""),
        args.get("location", ""),
        _whole(args.get("start", "")),
        _whole(args.get("end", "")),
        duration_minutes=_whole(args["duration"]) if "duration" in args else None,
        provider=args.get("provider"),
        seats=_whole(args.get("seats", "1")),
    )
    return Response(f"[{','.join(map(str, found))}]", mimetype="application/json")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        abort(400, _("Please give start, end, duration and seats as whole numbers."))
    return int(text)
