"""The form of approval rules: what they are about, and one or two steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import g
from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput
from app.booking.values import OnTimeout
from app.operations.context import Context
from app.operations.saving import Saved
from app.operations.setup import approval_warnings, approvals, services
from app.operations.setup.approvals import RuleDraft, StepDraft
from app.texts import _, mark
from app.web.setup.kinds import Kind, Words, say_all
from app.web.setup.places import resource_groups, service_names, ticked
from app.web.setup.reading import Typed
from app.web.setup.services import UNITS, largest_unit, unit_words

ANYBODY, NAMED, ADMINISTRATORS = "anybody", "named", "administrators"
WHO_WORDS = {ANYBODY: mark("Anybody who may approve it"), NAMED: mark("The people and groups ticked below")}
NEXT_WORDS = {ADMINISTRATORS: mark("The administrators"), NAMED: mark("The people and groups ticked below")}
TIMEOUT_WORDS = {
    OnTimeout.DECLINE: mark("The request is declined"),
    OnTimeout.ESCALATE: mark("It is passed on to others, once"),
    OnTimeout.ACCEPT: mark("The step counts as approved"),
}
NUMBERS = (1, 2)
SECOND = "second_step"


def _read(context: Context, typed: Typed) -> RuleDraft:
    numbers = NUMBERS if typed.flag(SECOND) else NUMBERS[:1]
    return RuleDraft(
        about=typed.text("about"),
        steps=tuple(read_step(typed, number) for number in numbers),
        allows_own=typed.flag("allows_own"),
        active=typed.flag("active"),
    )


def read_step(typed: Typed, number: int) -> StepDraft:
    """Return a step as it was typed.

    Raises:
        InvalidInput: its time is no number, or names are ticked that would not count.
    """
    prefix = f"step{number}_"
    minutes, on_timeout = f"{prefix}minutes", typed.text(f"{prefix}on_timeout")
    return StepDraft(
        approvers=_people(typed, f"{prefix}who", f"{prefix}approvers"),
        minutes=typed.number(minutes) * UNITS.get(typed.text(f"{minutes}_unit"), 1),
        on_timeout=on_timeout,
        next_ones=_people(typed, f"{prefix}next_who", f"{prefix}next") if on_timeout == OnTimeout.ESCALATE else None,
    )


def _people(typed: Typed, choice: str, ticks: str) -> tuple[str, ...] | None:
    """Return who is ticked, None where the choice is not to name anybody; it is no answer to tick names then."""
    named = typed.many(ticks)
    if typed.text(choice) == NAMED:
        return named
    if named:
        words = _(WHO_WORDS[NAMED])
        raise InvalidInput(choice, _("Names are ticked below: choose “{words}”, or untick them.", words=words))
    return None


def _show(context: Context, draft: RuleDraft) -> MultiDict[str, str]:
    fields = MultiDict({"about": draft.about, "name": _names_of(context).get(draft.about, "")})
    fields.update(ticked({"allows_own": draft.allows_own, "active": draft.active, SECOND: len(draft.steps) > 1}))
    for number in NUMBERS:
        step = draft.steps[number - 1] if number <= len(draft.steps) else StepDraft()
        fields.update(MultiDict(step_fields(number, step)))
    return fields


def step_fields(number: int, step: StepDraft) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form that show a step."""
    count, unit = largest_unit(step.minutes)
    yield f"step{number}_who", ANYBODY if step.approvers is None else NAMED
    yield f"step{number}_minutes", str(count)
    yield f"step{number}_minutes_unit", unit
    yield f"step{number}_on_timeout", step.on_timeout
    yield f"step{number}_next_who", ADMINISTRATORS if step.next_ones is None else NAMED
    yield from ((f"step{number}_approvers", one) for one in step.approvers or ())
    yield from ((f"step{number}_next", one) for one in step.next_ones or ())


def _things(context: Context) -> dict[str, dict[str, str]]:
    """Return what a rule can be about, by heading."""
    found = {_("Services"): _keyed(approvals.SERVICE, service_names(context))}
    return found | {words: _keyed(approvals.RESOURCE, names) for words, names in resource_groups(context).items()}


def _keyed(kind: str, names: dict[str, str]) -> dict[str, str]:
    return {f"{kind}:{public_id}": name for public_id, name in names.items()}


def _names_of(context: Context) -> dict[str, str]:
    return {key: name for names in _things(context).values() for key, name in names.items()}


def _rules(context: Context) -> list[Saved[RuleDraft]]:
    """Return all rules; asks the database once a request."""
    if "approval_rules" not in g:
        g.approval_rules = approvals.list_rules(context)
    found: list[Saved[RuleDraft]] = g.approval_rules
    return found


def step_options(context: Context) -> dict[str, Any]:
    """Return what the fields of a step offer, for those who may edit rules of approvals."""
    return {
        "people": approvals.list_people(context),
        "who_words": say_all(WHO_WORDS),
        "next_words": say_all(NEXT_WORDS),
        "timeout_words": say_all(TIMEOUT_WORDS),
        "units": unit_words(),
    }


def _options(context: Context) -> dict[str, Any]:
    return {
        "things": _things(context),
        "named": _names_of(context),
        "numbers": NUMBERS,
        **step_options(context),
        "span": services.span_words,
        "warnings": approval_warnings.find_warnings(context, _rules(context)),
    }


APPROVALS = Kind(
    slug="approvals",
    words=Words(
        one=mark("Approval rule"),
        many=mark("Approval rules"),
        new=mark("New approval rule"),
        saved=mark("Approval rule saved."),
        none=mark("There are no approval rules yet."),
        remove=mark("Remove this approval rule"),
        removed=mark("Approval rule removed."),
    ),
    list=_rules,
    get=approvals.get_rule,
    save=approvals.save_rule,
    read=_read,
    show=_show,
    blank=lambda context: _show(context, RuleDraft("")),
    options=_options,
    permission=approvals.PERMISSION,
    remove=approvals.remove_rule,
)
