"""The set-up pages: everything that administrators edit, below ``/setup``."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.access.decision import may_everything
from app.access.grants import Target
from app.access.permissions import Permission
from app.operations.context import Context
from app.web.context import current_context
from app.web.setup.approvals import APPROVALS
from app.web.setup.displaced import add_displaced
from app.web.setup.doors import add_doors
from app.web.setup.features import add_features
from app.web.setup.hours import add_hours_pages
from app.web.setup.index import Step, list_steps
from app.web.setup.invitations import add_invitations
from app.web.setup.kinds import add_pages
from app.web.setup.labels import LABELS
from app.web.setup.look import add_look
from app.web.setup.mail_texts import add_mail_texts
from app.web.setup.moving_in import add_moving_in
from app.web.setup.outside import add_outside
from app.web.setup.places import CLOSURES, LOCATIONS, POOLS, RESOURCES
from app.web.setup.presets import add_presets
from app.web.setup.public_holidays import add_public_holidays
from app.web.setup.roles import ROLES
from app.web.setup.rules import RULES, add_ready_made
from app.web.setup.services import SERVICES
from app.web.setup.share import add_share
from app.web.setup.start import add_start
from app.web.setup.time_off import TIME_OFF
from app.web.setup.users import GROUPS, USERS

blueprint = Blueprint("setup", __name__, url_prefix="/setup")


def _may_open(context: Context, step: Step) -> bool:
    if step.takes_all:
        return may_everything(context.actor)
    if step.or_everywhere is not None and context.may(step.or_everywhere, Target()):
        return True
    return context.may(step.permission, Target() if step.everywhere else None)


@blueprint.get("/")
def index() -> str:
    """Say what can be set up, in the order in which a new installation needs it."""
    context = current_context()
    groups = [
        (heading, [one for one in steps if _may_open(context, one)]) for heading, steps in list_steps(context.catalog)
    ]
    if not any(steps for _heading, steps in groups):
        context.require(Permission.MANAGE_SETTINGS, Target())
    return render_template("setup/index.html", groups=groups)


add_pages(blueprint, LOCATIONS)
add_pages(blueprint, RESOURCES)
add_pages(blueprint, POOLS)
add_pages(blueprint, SERVICES)
add_pages(blueprint, CLOSURES)
add_pages(blueprint, TIME_OFF)
add_pages(blueprint, USERS)
add_pages(blueprint, GROUPS)
add_pages(blueprint, ROLES)
add_pages(blueprint, APPROVALS)
add_pages(blueprint, RULES)
add_pages(blueprint, LABELS)
add_ready_made(blueprint)
add_hours_pages(blueprint)
add_displaced(blueprint)
add_doors(blueprint)
add_invitations(blueprint)
add_outside(blueprint)
add_look(blueprint)
add_features(blueprint)
add_mail_texts(blueprint)
add_moving_in(blueprint)
add_presets(blueprint)
add_public_holidays(blueprint)
add_share(blueprint)
add_start(blueprint)
