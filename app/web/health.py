"""For whoever watches the program: is the process alive, can it take bookings?"""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.booking.refusals import Unavailable
from app.booking.words import sentence
from app.operations.readiness import SchemaError, check_ready
from app.web.access import public
from app.web.context import site

blueprint = Blueprint("health", __name__)
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return "alive\n", TEXT


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether the database can be reached and written and has the schema of this program."""
    try:
        check_ready(site().store)
    except Unavailable as refusal:
        return sentence(refusal, "UTC") + "\n", 503, TEXT
    except SchemaError as error:
        return f"{error}\n", 503, TEXT
    return "ready\n", TEXT
