"""One of everything that routes name, and what a route answers to a role: the ground of the rights matrix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.access.actors import SYSTEM
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.requests import ClientDetails, WaitingRequest
from app.operations.setup.approvals import RuleDraft, save_rule
from app.operations.setup.closures import ClosureDraft, save_closure
from app.operations.setup.groups import GroupDraft, save_group
from app.operations.setup.labels import LabelDraft, save_label
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.roles import RoleDraft, save_role
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.operations.setup.workflow import reminder_draft
from app.operations.setup.workflow import save_rule as save_workflow_rule
from app.operations.waiting import join_waiting_list
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage
from app.web.access import is_public
from tests.cast import HOUR, NOW, Cast
from tests.web.staff_cast import TEN, booked, practice

CLIENT = "Nora Client"
COMMENT = "Comes by wheelchair"
VISIT = "visit"
FIELDS = {"action": "save", "status": "completed"}
"""What forms are sent with: enough to come as far as the question of rights."""

NAMES = {"public_id", "delivery_id", "token", "filename", "guide", "reference", "preset"}
"""The names of what rules have in them; a new one has to be given a value here."""


@dataclass(frozen=True, slots=True)
class World:
    """Public ids by what they are for: the blueprint's or set-up kind's name. ``person``: whose bookings they are."""

    cast: Cast
    ids: Mapping[str, str]
    person: str


def make_world(store: Store, person: str = "Ada") -> World:
    """Fill an installation; what is booked is given by ``person``."""
    cast = practice(store)
    provider = cast.ids[person]
    booking = booked(cast, TEN, "Intake", provider=provider, answers={"first-visit": "yes"}, comment=COMMENT)
    request = booked(cast, TEN + HOUR, "Approval", provider=provider, as_visitor=True)
    store.write(lambda: [cast.user("Uma", "viewer"), cast.user("Root", "administrator")])
    message = store.write(lambda: _touch_up(booking))
    records = _set_up(cast, person)
    nora = str(Booking.get(Booking.public_id == booking).client.public_id)
    return World(
        cast, {"bookings": booking, "clients": nora, "requests": request, "outbox": message, **records}, person
    )


def _touch_up(booking: str) -> str:
    """Make the booking part of a visit and its first message one that was given up; return the message's public id."""
    Booking.update(visit=VISIT).where(Booking.public_id == booking).execute()
    message: OutboxMessage = OutboxMessage.select().order_by(OutboxMessage.id).first()
    OutboxMessage.update(status="given_up").where(OutboxMessage.id == message.id).execute()
    return str(message.public_id)


def _set_up(cast: Cast, person: str) -> dict[str, str]:
    context = Context(cast.store, SYSTEM, NOW)
    provider = cast.ids[person]
    nora = ClientDetails(CLIENT, "nora.client@example.org", tzid="UTC")
    wish = WaitingRequest(
        cast.ids["Consultation"], cast.ids["Centre"], nora, TEN + 24 * HOUR, TEN + 30 * HOUR, provider=provider
    )
    role = save_role(context, RoleDraft("Spare"))
    return {
        "help": "first-steps",
        "waiting": join_waiting_list(context, wish).public_id,
        "locations": cast.ids["Centre"],
        "resources": provider,
        "services": cast.ids["Consultation"],
        **dict.fromkeys(("preset", "preset_file"), "clinic"),
        **dict.fromkeys(
            ("users", "invite_user", "forget_factors", "sign_out_user", "link_user", "unlink_user"), cast.ids["Uma"]
        ),
        "pools": save_pool(context, PoolDraft("Therapists", (provider,))),
        "closures": save_closure(context, ClosureDraft("Feast", date(2030, 5, 1), date(2030, 5, 1))),
        "time_off": save_time_off(context, TimeOffDraft(provider, TEN + 5 * HOUR, TEN + 6 * HOUR, "Dentist")),
        "roles": role,
        "seeing_as": role,
        "mail_text": "confirmed.en",
        "approvals": save_rule(context, RuleDraft(f"resource:{cast.ids['Laser']}")),
        "rules": save_workflow_rule(context, reminder_draft()),
        "labels": save_label(context, LabelDraft("To call back")),
        "groups": save_group(context, GroupDraft("Reception", (), (GrantDraft("viewer"),))),
    }


def rules_of(app: Flask) -> list[tuple[str, Rule]]:
    """Return every method with its rule but those of static files, in the order of the matrix."""
    found = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
    ]
    return sorted(found, key=lambda one: (one[1].rule, one[0]))


def path_in(world: World, rule: Rule) -> str:
    """Return the address of a rule about this world's records."""
    assert rule.arguments - set(rule.defaults or {}) <= NAMES, f"{rule.rule} names something new"
    blueprint, _, view = rule.endpoint.partition(".")
    verbs = "new|add|list|edit|save|remove|renew|end|save_hours|hours|save_date|remove_date|bookings|rebook"
    kind = re.sub(rf"^({verbs})_", "", view)
    kind = re.sub(r"^(hours|date|door)_", "", kind)
    key = kind if blueprint == "setup" else blueprint
    path = re.sub(r"<[^>]*>", world.ids.get(key, "token"), rule.rule)
    return f"{path}?visit={VISIT}" if rule.endpoint == "bookings.together" else path


def verdict(app: Flask, rule: Rule, answer: TestResponse) -> str:
    """Say in a word what a route answered: whether it let somebody in, whatever came of it then."""
    if answer.status_code == 401 or (answer.location or "").startswith("/sign-in?next="):
        return "sign in"
    if is_public(app, rule.endpoint):
        return "public"
    if answer.status_code == 403:
        return "no"
    return "not found" if answer.status_code == 404 else "yes"
