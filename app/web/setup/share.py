"""The page "Share and embed": links, QR codes and pieces of HTML for the organisation's own site, and who may embed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound, StaleVersion
from app.booking.values import Catalog, Resource, Service, Visibility
from app.operations.context import Context
from app.operations.setup.embedding import allowed_origins, save_origins
from app.operations.setup.origins import MOST_ORIGINS
from app.texts import _
from app.web.context import current_context, site
from app.web.embedded import FIELD, YES
from app.web.public.offer import offered_by_place, places_of, providers_of
from app.web.qr import draw
from app.web.setup.kinds import explain_refusal

WHOLE = "site"
FRAME_PIXELS = 900
"""How high a frame is as long as our script does not say better."""
FRAME = (
    '<iframe src="{url}" title="{title}" data-eigenplan width="100%" height="{height}" loading="lazy" '
    'style="border: 0; width: 100%"></iframe>'
)
BUTTON = (
    '<a href="{url}" data-eigenplan-open="{framed}" data-eigenplan-close="{close}" '
    'style="display: inline-block; padding: .6em 1.2em; border-radius: .4em; background: #1f6f5c; color: #fff; '
    'text-decoration: none">{text}</a>'
)
SCRIPT = '<script src="{url}" async></script>'


@dataclass(frozen=True, slots=True)
class Shared:
    """Something with a public address: ``key`` names it in addresses of this page, ``path`` leads visitors to it."""

    key: str
    name: str
    path: str

    @property
    def url(self) -> str:
        """The address to hand out."""
        return site().config.base_url + self.path

    @property
    def framed(self) -> str:
        """The address for a frame."""
        return f"{self.url}{'&' if '?' in self.path else '?'}{FIELD}={YES}"


def show() -> str:
    """Show what can be shared, and one of it with its link, code and pieces of HTML."""
    return _page(_who_may())


def save() -> ResponseReturnValue:
    """Let the named sites embed."""
    context, typed = current_context(), request.form
    try:
        origins = save_origins(context, typed.get("origins", ""), typed.get("seen", ""))
    except (InvalidInput, StaleVersion) as refusal:
        errors, status = explain_refusal(refusal, None)
        return _page(context, typed.get("origins", ""), errors), status
    flash(_("These sites may embed now.") if origins else _("No website may show your booking page any more."))
    return redirect(url_for("setup.share"), 303)


def svg_code() -> Response:
    """Give the QR code as a drawing, which stays sharp at any size."""
    return Response(draw(_chosen(_who_may()).url, "svg", scale=8), content_type="image/svg+xml")


def png_code() -> Response:
    """Give the QR code as a picture."""
    return Response(draw(_chosen(_who_may()).url, "png", scale=12), content_type="image/png")


def _who_may() -> Context:
    """Return the surroundings of somebody who manages services, or the settings of everything."""
    context = current_context()
    if not _may_allow(context):
        context.require_anywhere(Permission.MANAGE_SERVICES)
    return context


def _may_allow(context: Context) -> bool:
    return context.may(Permission.MANAGE_SETTINGS, Target())


def _page(context: Context, typed: str | None = None, errors: object = None) -> str:
    stored = "\n".join(allowed_origins(context.store))
    chosen = _chosen(context)
    return render_template(
        "setup/share.html",
        groups=[(label, list(found)) for label, found in _groups(context) if found],
        chosen=chosen,
        frame=_frame(chosen),
        button=_button(chosen),
        fixed=_fixed(chosen),
        may_allow=_may_allow(context),
        stored=stored,
        origins=stored if typed is None else typed,
        most=MOST_ORIGINS,
        errors=errors or {},
    )


def _chosen(context: Context) -> Shared:
    """Return what the address of this page names, the whole site for nothing.

    Raises:
        NotFound: there is no such thing (any more), or nothing of it can be booked.
    """
    wanted = request.args.get("of", WHOLE)
    for __, found in _groups(context):
        for one in found:
            if one.key == wanted:
                return one
    raise NotFound(kind="link", reference="")


def _groups(context: Context) -> list[tuple[str, list[Shared]]]:
    """Return what can be shared, by kind and name; whatever visitors would find nothing at is left out."""
    catalog = context.catalog
    offered = offered_by_place(catalog)
    services = sorted(_services(context), key=lambda one: one.name.casefold())
    people = sorted(_people(catalog), key=lambda one: one.name.casefold())
    return [
        ("", [Shared(WHOLE, _("All services"), "/")]),
        (_("Locations"), [_shared("location", one.public_id, one.name, "/?location=") for one, __ in offered]),
        (_("Services"), [_shared("service", one.public_id, one.name, "/book/times?service=") for one in services]),
        (_("People"), [_shared("person", one.public_id, one.name, "/?provider=") for one in people]),
    ]


def _shared(kind: str, public_id: str, name: str, path: str) -> Shared:
    return Shared(f"{kind}:{public_id}", name, path + public_id)


def _services(context: Context) -> Iterator[Service]:
    """Yield the services that visitors can book; those that are not listed only to whoever edits them."""
    for one in context.catalog.services.values():
        places = places_of(context.catalog, one)
        if one.active and places and (one.visibility is Visibility.PUBLIC or _may_tell(context, one)):
            yield one


def _may_tell(context: Context, service: Service) -> bool:
    targets = [Target(location_id=one, service_id=service.id) for one in service.location_ids]
    may_edit = all(context.may(Permission.MANAGE_SERVICES, one) for one in targets)
    return service.visibility is Visibility.LINK and may_edit


def _people(catalog: Catalog) -> Collection[Resource]:
    """Return the people who give anything that is listed."""
    return {
        person.id: person
        for place, services in offered_by_place(catalog)
        for service in services
        for person in providers_of(catalog, service, place)
    }.values()


def _frame(shared: Shared) -> str:
    """Return a frame that is as high as what it shows."""
    return f"{_fixed(shared)}\n{_script()}"


def _fixed(shared: Shared) -> str:
    """Return a frame of a fixed height, which needs no script."""
    return _html(FRAME, url=shared.framed, title=_title(shared), height=FRAME_PIXELS)


def _button(shared: Shared) -> str:
    """Return a link that looks like a button; with our script it opens the page in an overlay."""
    link = _html(BUTTON, url=shared.url, framed=shared.framed, close=_("Close"), text=_("Book a time"))
    return f"{link}\n{_script()}"


def _script() -> str:
    return _html(SCRIPT, url=f"{site().config.base_url}/embed.js")


def _html(form: str, **values: object) -> str:
    """Return a piece of HTML for somebody else's page; whatever a record is called, it stays a text there."""
    return form.format(**{name: escape(value) for name, value in values.items()})


def _title(shared: Shared) -> str:
    return _("Booking") if shared.key == WHOLE else _("Booking: {name}", name=shared.name)


def add_share(blueprint: Blueprint) -> None:
    """Give the set-up its page for sharing and embedding."""
    blueprint.add_url_rule("/share", "share", show)
    blueprint.add_url_rule("/share", "save_share", save, methods=["POST"])
    blueprint.add_url_rule("/share/code.svg", "share_svg", svg_code)
    blueprint.add_url_rule("/share/code.png", "share_png", png_code)
