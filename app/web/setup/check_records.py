"""What the set-up neither lists nor offers: the records of the installation check, which nobody has set up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from flask import g

from app.operations.context import Context
from app.operations.installation.probe import probe_records


class Record(Protocol):
    """Anything that has an address of its own."""

    @property
    def public_id(self) -> str:
        """What its address ends with."""


R = TypeVar("R", bound=Record)


def without_check(context: Context, records: Iterable[R]) -> list[R]:
    """Return the records but those of the check; asks the database once a request."""
    if "check_records" not in g:
        g.check_records = probe_records(context)
    return [one for one in records if one.public_id not in g.check_records]
