"""The register of personal data as the compliance officer reads it: the tables, and how long each service keeps."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.refusals import NotAllowed
from app.operations.context import Context
from app.storage.register import Line, lines
from app.storage.tables import Service
from app.texts import _

READERS = (Permission.DATA_REQUESTS, Permission.MANAGE_SETTINGS)


@dataclass(frozen=True, slots=True)
class DataRegister:
    """The lines of the register; ``services``: names with the days after which clients are taken out, None: never."""

    lines: tuple[Line, ...]
    services: tuple[tuple[str, int | None], ...]


def read_register(context: Context) -> DataRegister:
    """Return the register.

    Raises:
        NotAllowed: it is for those who answer data requests or manage settings.
    """
    if not any(context.may(one) for one in READERS):
        reason = _("Your roles include neither data requests nor settings.")
        raise NotAllowed(permission=Permission.DATA_REQUESTS.value, reason=reason)
    query = Service.select(Service.name, Service.anonymise_after_days).order_by(Service.name)
    return DataRegister(tuple(lines()), tuple(context.store.read(lambda: list(query.tuples()))))
