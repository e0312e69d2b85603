"""Workflow rules in a sentence each, as lists and the editor say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.booking.statuses import Status
from app.booking.workflow_values import TIMED, Assigning, Conditions, Receivers, Trigger
from app.operations.setup.services import span_words
from app.operations.setup.workflow import ASSIGNS_NOBODY, NOBODY, RuleDraft
from app.operations.setup.workflow_assigning import GROUP, ROLE, USER
from app.texts import _, in_context, mark
from app.web.intake import answer_word
from app.web.setup.rule_asking import say_asks

Names = Mapping[str, str]
_WHEN: Mapping[Trigger, str] = {
    Trigger.BOOKED: mark("When {booking} is made"),
    Trigger.REQUESTED: mark("When {booking} waits for approval"),
    Trigger.CONFIRMED: mark("When {booking} is confirmed"),
    Trigger.DECLINED: mark("When {booking} is declined, or not decided in time"),
    Trigger.MOVED: mark("When {booking} gets another time"),
    Trigger.CANCELLED: mark("When {booking} is cancelled"),
    Trigger.CHECKED_IN: mark("When {booking} is checked in"),
    Trigger.COMPLETED: mark("When {booking} is completed"),
    Trigger.NO_SHOW: mark("When {booking} is marked as a no-show"),
    Trigger.BEFORE_START: mark("{span} before {booking} begins"),
    Trigger.AFTER_END: mark("{span} after {booking} has ended"),
}
_CHOICES: Mapping[Trigger, str] = {
    Trigger.BEFORE_START: mark("Before a booking begins"),
    Trigger.AFTER_END: mark("After a booking has ended"),
}
"""Where the span is chosen beside the list, so that the list does not name it."""
STATUS_WORDS: Mapping[str, str] = {
    Status.REQUESTED.value: mark("requested"),
    Status.CONFIRMED.value: mark("confirmed"),
    Status.DECLINED.value: mark("declined"),
    Status.CANCELLED.value: mark("cancelled"),
    Status.COMPLETED.value: mark("completed"),
    Status.NO_SHOW.value: mark("no-show"),
}


def trigger_words() -> dict[str, str]:
    """Return what a rule can wait for, for a list to choose from."""
    booking = _("a booking")
    return {one.value: _(_CHOICES.get(one, words), booking=booking) for one, words in _WHEN.items()}


def say_rule(draft: RuleDraft, names: Names) -> str:
    """Return a rule in one sentence; ``names``: of all that it can name, by public id."""
    asked, trigger = draft.conditions, Trigger(draft.trigger)
    when = _(_WHEN[trigger], booking=_booking(asked, names, trigger), span=span_words(draft.minutes or 0))
    held = "; ".join(_conditions(asked, names, is_timed=trigger in TIMED))
    then = _(" and ").join(_actions(draft, names))
    if not held:
        return _("{when}, then {actions}.", when=when, actions=then)
    return _("{when} ({conditions}), then {actions}.", when=when, conditions=held, actions=then)


def _booking(asked: Conditions, names: Names, trigger: Trigger) -> str:
    """Return what a rule is about; some languages bend it after "before" and "after"."""
    several = _several(asked.services, names)
    if trigger in TIMED and several:
        return in_context("before or after", "a booking of {names}", names=several)
    if trigger in TIMED:
        return in_context("before or after", "a booking")
    return _("a booking of {names}", names=several) if several else _("a booking")


def _actions(draft: RuleDraft, names: Names) -> Iterator[str]:
    if draft.asks is not None:
        yield say_asks(draft.asks, names)
    if draft.labels.add:
        yield _("give it {labels}", labels=_quoted(draft.labels.add, names))
    if draft.labels.remove:
        yield _("take {labels} off it", labels=_quoted(draft.labels.remove, names))
    if draft.assigns != ASSIGNS_NOBODY:
        yield _say_assigns(draft.assigns, names)
    if draft.receivers != NOBODY:
        yield _("write to {receivers}", receivers=", ".join(_receivers(draft.receivers, names)))


def _say_assigns(assigns: Assigning, names: Names) -> str:
    if assigns.user:
        return _("make {name} responsible (if nobody is)", name=names.get(assigns.user, assigns.user))
    if assigns.group:
        name = names.get(assigns.group, assigns.group)
        return _("make the least busy of the group {name} responsible (if nobody is)", name=name)
    name = names.get(assigns.role, assigns.role)
    return _("make the least busy with the role {name} responsible (if nobody is)", name=name)


def assigning_options(named: Mapping[str, Names]) -> list[tuple[str, str]]:
    """Return whom a rule can make responsible, for a list to choose from; ``named``: names of each kind."""
    words = {
        GROUP: mark("The least busy of the group {name}"),
        ROLE: mark("The least busy with the role {name}"),
    }
    found = [
        (f"{kind}:{public_id}", name if kind == USER else _(words[kind], name=name))
        for kind, names in named.items()
        for public_id, name in names.items()
    ]
    return [("", in_context("responsible", "Nobody")), *found]


def _quoted(public_ids: Sequence[str], names: Names) -> str:
    return ", ".join(_("“{name}”", name=names.get(one, one)) for one in public_ids)


def _several(public_ids: Sequence[str], names: Names) -> str:
    return ", ".join(names.get(one, one) for one in public_ids)


def _conditions(asked: Conditions, names: Names, *, is_timed: bool) -> Iterator[str]:
    if asked.locations:
        yield _("at {names}", names=_several(asked.locations, names))
    if asked.resources:
        yield _("with {names}", names=_several(asked.resources, names))
    if asked.statuses:
        yield _("if it is {names}", names=", ".join(_(STATUS_WORDS[one]) for one in asked.statuses))
    yield from _about_labels(asked, names)
    if asked.question:
        question, answers = names.get(asked.question, asked.question), "; ".join(map(answer_word, asked.answers))
        yield _("if “{question}” was answered by {answers}", question=question, answers=answers)
    if asked.less_than_minutes is not None:
        less = mark("booked less than {span} before") if is_timed else mark("less than {span} before it begins")
        yield _(less, span=span_words(asked.less_than_minutes))
    if asked.more_than_minutes is not None:
        more = mark("booked more than {span} before") if is_timed else mark("more than {span} before it begins")
        yield _(more, span=span_words(asked.more_than_minutes))


def _about_labels(asked: Conditions, names: Names) -> Iterator[str]:
    if asked.labels:
        yield _("if it has one of the labels {names}", names=_quoted(asked.labels, names))
    if asked.without_labels:
        yield _("if it has none of the labels {names}", names=_quoted(asked.without_labels, names))


def _receivers(told: Receivers, names: Names) -> Iterator[str]:
    if told.client:
        yield in_context("receiver", "the client")
    if told.providers:
        yield in_context("receiver", "the people who provide it")
    for group in told.groups:
        yield _("the group {name}", name=names.get(group, group))
    yield from told.addresses
