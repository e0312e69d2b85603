"""What booking forms have in common: the visitor's details and how a refusal is shown beside its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from werkzeug.datastructures import MultiDict

from app.booking.refusals import JustTaken, Refusal
from app.booking.values import Instant, Question
from app.booking.wall_clock import zone
from app.booking.words import sentence
from app.operations.requests import ClientDetails
from app.texts import mark
from app.web.intake import ANSWER
from app.web.times import moment_text

Chosen = TypeVar("Chosen")
FIELDS = frozenset({"name", "email", "phone", "comment", "attendees", "zone"})
CHANGED = mark(
    "This form was not made by this page or was changed on the way; please check the time and send it again."
)
TOO_OLD = mark("This form was open for too long; please check the time and send it again.")


@dataclass(frozen=True, slots=True)
class Filled(Generic[Chosen]):
    """The form as it is shown. ``offers``: other times with the tokens that book them, as buttons."""

    chosen: Chosen
    token: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    offers: Sequence[tuple[str, str]] = ()


def refused(
    form: Filled[Chosen], refusal: Refusal, questions: Iterable[Question], tzid: str, sign: Callable[[Instant], str]
) -> Filled[Chosen]:
    """Return the form with the refusal beside its field; where others were faster, with tokens for the next times."""
    offers: list[tuple[str, str]] = []
    if isinstance(refusal, JustTaken):
        offers = [(moment_text(start, tzid), sign(start)) for start in refusal.next_free]
        refusal = JustTaken()
    errors = {shown_field(refusal.field, questions): sentence(refusal, tzid)}
    return replace(form, errors=errors, offers=offers)


def read_client(fields: MultiDict[str, str]) -> ClientDetails:
    """Return who books, as typed.

    Raises:
        UnknownZone: the form names a zone that does not exist.
    """
    tzid = fields.get("zone", "")
    if tzid:
        zone(tzid)
    return ClientDetails(
        name=fields.get("name", ""), email=fields.get("email", ""), phone=fields.get("phone", ""), tzid=tzid
    )


def shown_field(name: str | None, questions: Iterable[Question]) -> str:
    """Return the field beside which a refusal is shown: the one it names if the form has it, else the time."""
    if name in FIELDS or name in {f"{ANSWER}{question.public_id}" for question in questions}:
        return str(name)
    return "start"
