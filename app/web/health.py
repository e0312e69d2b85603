"""For whoever watches the program: is the process alive, can it take bookings?"""

from __future__ import annotations

import os.path

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import Unavailable
from app.booking.words import sentence
from app.operations.installation.readiness import SchemaError, check_ready
from app.web.access import public
from app.web.context import site

blueprint = Blueprint("health", __name__)
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
ONLY_DATABASE = "database"
NOT_SERVING = "This slot takes no requests now: its serving file is not there."


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return "alive\n", TEXT


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say whether requests should come here: this slot is meant to serve, and the database can take bookings.

    ``/readyz?database`` asks about the database alone, for whoever is about to let a slot serve.
    """
    only_database = ONLY_DATABASE in request.args
    if not (_is_serving() or only_database):
        return NOT_SERVING + "\n", 503, TEXT
    try:
        check_ready(site().store, anew=only_database)
    except Unavailable as refusal:
        return sentence(refusal, "UTC") + "\n", 503, TEXT
    except SchemaError as error:
        return f"{error}\n", 503, TEXT
    return "ready\n", TEXT


def _is_serving() -> bool:
    """Whether the slot's file is there; always where the options name none. A file that cannot be seen is not there."""
    path = site().config.serving_file
    return not path or os.path.isfile(path)
