"""The pages "Rules": what is to happen by itself, with each rule in a sentence and an example of its letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput, NotFound
from app.booking.workflow_values import TIMED, Conditions, Labelling, Receivers, Trigger
from app.look.mail_text import MOST_SUBJECT, MOST_TEXT, MailText
from app.operations.context import Context
from app.operations.letters.mail_examples import Example, Reader, write_example, write_told_example
from app.operations.letters.mail_kinds import built_in
from app.operations.letters.mail_texts import own_text
from app.operations.letters.workflow_letters import PLACEHOLDERS
from app.operations.saving import Saved
from app.operations.setup import workflow
from app.operations.setup.workflow import RuleDraft
from app.operations.setup.workflow_assigning import assigning_of, list_assignable, reference_of
from app.operations.workflow import REMINDER
from app.texts import _, mark
from app.web.context import current_context, site
from app.web.intake import answer_word
from app.web.setup.kinds import Answer, Kind, Words, say_all
from app.web.setup.labels import label_names
from app.web.setup.places import location_names, resource_groups, service_names, ticked
from app.web.setup.reading import Typed
from app.web.setup.rule_asking import asks_fields, asks_options, people_names, read_asks
from app.web.setup.rule_words import STATUS_WORDS, assigning_options, say_rule, trigger_words
from app.web.setup.services import UNITS, largest_unit, unit_words

HOUR_MINUTES = 60
_HOURS = {"less_than_hours": "less_than_minutes", "more_than_hours": "more_than_minutes"}


@dataclass(frozen=True, slots=True)
class Preview:
    """A rule as it is typed: in a sentence, with its letter; or what is in the way of both."""

    sentence: str = ""
    example: Example | None = None
    problem: str = ""


def _read(context: Context, typed: Typed) -> RuleDraft:
    trigger = typed.text("trigger")
    minutes = None
    if trigger in TIMED and (count := typed.optional_number("minutes")) is not None:
        minutes = count * UNITS.get(typed.text("minutes_unit"), 1)
    return RuleDraft(
        name=typed.text("name"),
        trigger=trigger,
        minutes=minutes,
        conditions=_read_conditions(typed),
        receivers=Receivers(
            client=typed.flag("to_client"),
            providers=typed.flag("to_providers"),
            groups=typed.many("groups"),
            addresses=tuple(one.strip() for one in typed.text("addresses").splitlines() if one.strip()),
        ),
        subject=typed.text("subject"),
        text=typed.text("text"),
        active=typed.flag("active"),
        asks=read_asks(typed),
        labels=Labelling(typed.many("labels_add"), typed.many("labels_remove")),
        assigns=assigning_of(typed.text("assigns")),
    )


def _read_conditions(typed: Typed) -> Conditions:
    return Conditions(
        services=typed.many("services"),
        locations=typed.many("locations"),
        resources=typed.many("resources"),
        statuses=typed.many("statuses"),
        question=typed.text("question"),
        answers=tuple(one.strip() for one in typed.text("answers").split(";") if one.strip()),
        less_than_minutes=_read_hours(typed, "less_than_hours"),
        more_than_minutes=_read_hours(typed, "more_than_hours"),
        labels=typed.many("labels"),
        without_labels=typed.many("without_labels"),
    )


def _read_hours(typed: Typed, name: str) -> int | None:
    hours = typed.optional_number(name)
    return None if hours is None else hours * HOUR_MINUTES


def _show(context: Context, draft: RuleDraft) -> MultiDict[str, str]:
    asked, told = draft.conditions, draft.receivers
    fields = MultiDict(
        {
            "name": draft.name,
            "trigger": draft.trigger,
            "question": asked.question,
            "answers": "; ".join(answer_word(one) for one in asked.answers),
            "addresses": "\n".join(told.addresses),
            "subject": draft.subject,
            "text": draft.text,
            "assigns": reference_of(draft.assigns),
        }
    )
    if draft.minutes is not None:
        count, unit = largest_unit(draft.minutes)
        fields.update({"minutes": str(count), "minutes_unit": unit})
    for name, stored in _HOURS.items():
        value = getattr(asked, stored)
        fields[name] = "" if value is None else str(value // HOUR_MINUTES)
    fields.update(ticked({"active": draft.active, "to_client": told.client, "to_providers": told.providers}))
    for name in ("services", "locations", "resources", "statuses", "labels", "without_labels"):
        fields.setlist(name, list(getattr(asked, name)))
    fields.setlist("groups", list(told.groups))
    fields.update(MultiDict(asks_fields(draft.asks)))
    fields.setlist("labels_add", list(draft.labels.add))
    fields.setlist("labels_remove", list(draft.labels.remove))
    return fields


def _save(context: Context, draft: RuleDraft, public_id: str | None, version: int | None) -> str:
    """Save a rule; what is wrong with a number of hours is told beside the field where they were typed."""
    try:
        return workflow.save_rule(context, draft, public_id, version)
    except InvalidInput as refusal:
        fields = {stored: name for name, stored in _HOURS.items()}
        raise InvalidInput(fields.get(refusal.field or "", refusal.field), refusal.problem) from refusal


def _questions(context: Context) -> dict[str, str]:
    return {
        question.public_id: f"{service.name}: {question.label}"
        for service in context.catalog.services.values()
        for question in service.questions
    }


def _names(context: Context) -> dict[str, str]:
    """Return the names of all that a rule can name, by public id."""
    found = {**service_names(context), **location_names(context), **_questions(context)}
    for names in resource_groups(context).values():
        found |= names
    found |= dict(workflow.group_names(context)) | dict(people_names(context)) | label_names(context)
    for named in list_assignable(context).values():
        found |= named
    return found


def _preview(context: Context, values: MultiDict[str, str]) -> Preview:
    """Return what a form as it is filled in would do; an empty one nothing yet."""
    if not values.get("trigger"):
        return Preview()
    try:
        draft = _read(context, Typed(values))
        checked = context.store.read(lambda: workflow.check_rule(context, draft))
    except InvalidInput as refusal:
        return Preview(problem=refusal.problem)
    except NotFound:
        return Preview(problem=_("What you chose was removed meanwhile; please choose something else."))
    example = None if checked.receivers == workflow.NOBODY else _example(context, checked)
    return Preview(say_rule(checked, _names(context)), example)


def _example(context: Context, draft: RuleDraft) -> Example:
    """The client's letter where they get one, else that to staff, else that to an address."""
    actor, told = context.actor, draft.receivers
    reader = Reader(actor.name, actor.email, site().config.base_url)
    if told.client:
        words = MailText(draft.subject, draft.text) if draft.text else context.store.read(lambda: own_text(REMINDER))
        return write_example(context, REMINDER, words or built_in(REMINDER), reader)
    own = MailText(draft.subject, draft.text)
    return write_told_example(context, own, reader, with_client=told.providers or bool(told.groups))


def _options(context: Context) -> dict[str, Any]:
    names = _names(context)
    return {
        "triggers": trigger_words(),
        "services": service_names(context),
        "locations": location_names(context),
        "resources": resource_groups(context),
        "statuses": say_all(STATUS_WORDS),
        "questions": _questions(context),
        "may_name_questions": workflow.may_name_questions(context),
        "groups": workflow.group_names(context),
        "labels": label_names(context),
        "assignable": assigning_options(list_assignable(context)),
        "units": unit_words(),
        "placeholders": PLACEHOLDERS,
        "most_subject": MOST_SUBJECT,
        "most_text": MOST_TEXT,
        "say": lambda draft: say_rule(draft, names),
        "preview": lambda values: _preview(context, values),
        "acts": workflow.count_acts(context),
        "reminds": lambda items: any(_reminds(one) for one in items),
        **asks_options(context, workflow.list_rules(context)),
    }


def _reminds(one: Saved[RuleDraft]) -> bool:
    return one.draft.active and one.draft.trigger == Trigger.BEFORE_START and one.draft.receivers.client


def switch_on() -> Answer:
    """Let clients be reminded one day before, by the ready-made rule."""
    try:
        workflow.switch_on_reminders(current_context())
    except InvalidInput as refusal:
        flash(refusal.problem, "error")
    else:
        flash(_("Clients are reminded one day before from now on."))
    return redirect(url_for("setup.list_rules"))


def add_ready_made(blueprint: Blueprint) -> None:
    """Give the set-up the press that switches the ready-made rule on."""
    blueprint.add_url_rule("/rules/remind", "remind_by_rule", switch_on, methods=["POST"])


RULES = Kind(
    slug="rules",
    words=Words(
        one=mark("Rule"),
        many=mark("Rules"),
        new=mark("New rule"),
        saved=mark("Rule saved."),
        none=mark("There are no rules yet."),
        remove=mark("Remove this rule"),
        removed=mark("Rule removed."),
    ),
    list=workflow.list_rules,
    get=workflow.get_rule,
    save=_save,
    read=_read,
    show=_show,
    blank=lambda context: _show(context, RuleDraft("", "")),
    options=_options,
    permission=workflow.PERMISSION,
    remove=workflow.remove_rule,
)
