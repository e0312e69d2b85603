"""Workflow rules: when something happens to a booking, or its time comes near, somebody is written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import check_email
from app.booking.intake import find_options, option_words
from app.booking.refusals import InvalidInput, NotFound
from app.booking.statuses import Status
from app.booking.values import DAY_MINUTES, Catalog, Question
from app.booking.workflow_values import TIMED, Conditions, Receivers, Trigger
from app.look.mail_text import check_mail_text
from app.operations.audit_words import Kind
from app.operations.context import Context
from app.operations.setup.saving import Key, Saved, check_name, check_number, edit, find_row, look, put, refuse_first
from app.operations.setup.services import YEAR_MINUTES, span_words
from app.operations.setup.telling import Told
from app.operations.workflow_letters import PLACEHOLDERS
from app.storage.catalog_workflow import dump_part, read_conditions, read_receivers
from app.storage.rights_tables import UserGroup
from app.storage.workflow_runs import count_runs
from app.storage.workflow_tables import WorkflowRule, WorkflowRun
from app.texts import _

NO_CONDITIONS, NOBODY = Conditions(), Receivers()
PERMISSION = Permission.MANAGE_SETTINGS
COUNTED_SECONDS = 30 * 86_400
MOST_ADDRESSES = 20
STATUSES = tuple(one.value for one in Status if one is not Status.HELD)
"""Those that a rule may ask for; what is merely held is nobody's booking yet."""


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What a form says about a rule; ``minutes`` None: nothing was given, as is right where the clock has no part."""

    name: str
    trigger: str
    minutes: int | None = None
    conditions: Conditions = NO_CONDITIONS
    receivers: Receivers = NOBODY
    subject: str = ""
    text: str = ""
    active: bool = True


def check_rule(context: Context, draft: RuleDraft) -> RuleDraft:
    """Return a rule as it is to be stored, but for its name; inside a read.

    Raises:
        InvalidInput: with the field that has to be mended. NotFound: what it names is gone.
    """
    if draft.trigger not in set(Trigger):
        raise InvalidInput("trigger", _("Please choose when this rule acts."))
    asked = _check_conditions(context.catalog, draft.conditions)
    checked = replace(draft, minutes=_minutes(draft), conditions=asked, receivers=_receivers(draft.receivers))
    if checked.receivers.addresses and checked.conditions.question:
        problem = _("Given addresses would learn the answer by this letter; please write to accounts that may see it.")
        raise InvalidInput("addresses", problem)
    return _with_words(checked)


def _minutes(draft: RuleDraft) -> int:
    if draft.trigger not in TIMED:
        return 0
    if draft.minutes is None:
        raise InvalidInput("minutes", _("Please say how long before or after."))
    return check_number(draft.minutes, "minutes", 1, YEAR_MINUTES, span_words)


def _check_conditions(catalog: Catalog, asked: Conditions) -> Conditions:
    known = {
        "service": (asked.services, {one.public_id for one in catalog.services.values()}),
        "location": (asked.locations, {one.public_id for one in catalog.locations.values()}),
        "resource": (asked.resources, {one.public_id for one in catalog.resources.values()}),
    }
    for kind, (wanted, there) in known.items():
        for one in wanted:
            if one not in there:
                raise NotFound(kind=kind, reference=one)
    if not set(asked.statuses) <= set(STATUSES):
        raise InvalidInput("statuses", _("Please choose from the list."))
    checked = _check_question(catalog, asked)
    for name in ("less_than_minutes", "more_than_minutes"):
        if (value := getattr(asked, name)) is not None:
            check_number(value, name, 0, YEAR_MINUTES, span_words)
    least, most = asked.more_than_minutes, asked.less_than_minutes
    if least is not None and most is not None and least >= most:
        raise InvalidInput("less_than_minutes", _("No booking is both; please correct one of them."))
    return checked


def _check_question(catalog: Catalog, asked: Conditions) -> Conditions:
    """Return the conditions with answers in the form in which they are kept."""
    if not asked.question:
        if asked.answers:
            raise InvalidInput("question", _("Please choose the question that these answers belong to."))
        return asked
    question = questions_of(catalog).get(asked.question)
    if question is None:
        raise NotFound(kind="question", reference=asked.question)
    if not asked.answers:
        raise InvalidInput("answers", _("Please give at least one answer, with semicolons between several."))
    words = option_words(question.kind, question.choices)
    found = find_options(words, asked.answers) if words else asked.answers
    if found is None:
        wrong = next(one for one in asked.answers if find_options(words, (one,)) is None)
        offered = "; ".join(words.values())
        raise InvalidInput("answers", _("“{answer}” is none of its answers: {offered}", answer=wrong, offered=offered))
    return replace(asked, answers=found)


def questions_of(catalog: Catalog) -> dict[str, Question]:
    """Return the intake questions of all services, by public id."""
    return {one.public_id: one for service in catalog.services.values() for one in service.questions}


def _receivers(given: Receivers) -> Receivers:
    if len(given.addresses) > MOST_ADDRESSES:
        raise InvalidInput("addresses", _("Please give at most {most}; a group may do instead.", most=MOST_ADDRESSES))
    addresses = tuple(dict.fromkeys(check_email(one, "addresses") for one in given.addresses))
    for group in given.groups:
        find_row(UserGroup, "group", group)
    if not (given.client or given.providers or given.groups or addresses):
        raise InvalidInput("receivers", _("Please choose who is written to."))
    return replace(given, groups=tuple(dict.fromkeys(given.groups)), addresses=addresses)


def _with_words(draft: RuleDraft) -> RuleDraft:
    """Check the words; only a reminder of the client alone may do without, as there is a mail text for it."""
    has_words = bool(draft.subject.strip() or draft.text.strip())
    if not has_words and draft.trigger == Trigger.BEFORE_START and draft.receivers.only_client:
        return replace(draft, subject="", text="")
    found, problems = check_mail_text(draft.subject, draft.text, PLACEHOLDERS)
    refuse_first(problems)
    return replace(draft, subject=found.subject, text=found.text)


def save_rule(context: Context, draft: RuleDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a rule and return its public id. A timed rule acts on moments from now on.

    Raises:
        InvalidInput: with the field that has to be mended. NotAllowed, NotFound, StaleVersion.
    """
    context.require(PERMISSION, Target())

    def work() -> str:
        name, checked = check_name(WorkflowRule, draft.name, public_id), check_rule(context, draft)
        values = {
            "name": name,
            "trigger_kind": checked.trigger,
            "minutes": checked.minutes,
            "conditions": dump_part(checked.conditions),
            "receivers": dump_part(checked.receivers),
            "subject": checked.subject,
            "text": checked.text,
            "active": checked.active,
        }
        if _begins_anew(public_id, checked):
            values["done_until"] = context.now
        return str(put(context, WorkflowRule, "rule", Key(public_id, version), values).public_id)

    return edit(context, work, PERMISSION, Told(Kind.WORKFLOW_RULE, _draft, public_id))


def _begins_anew(public_id: str | None, draft: RuleDraft) -> bool:
    """Whether moments that lie behind are not to be caught up on: a rule that goes on keeps its place."""
    if public_id is None:
        return True
    row = find_row(WorkflowRule, "rule", public_id)
    return not row.active or (row.trigger_kind, row.minutes) != (draft.trigger, draft.minutes)


def remove_rule(context: Context, public_id: str) -> None:
    """Delete a rule; what it has left to be delivered still is.

    Raises:
        NotAllowed, NotFound.
    """
    context.require(PERMISSION, Target())

    def work() -> None:
        row = find_row(WorkflowRule, "rule", public_id)
        WorkflowRun.delete().where(WorkflowRun.rule == row.id).execute()
        row.delete_instance()

    edit(context, work, PERMISSION, Told(Kind.WORKFLOW_RULE, _draft, public_id))


def reminder_draft() -> RuleDraft:
    """Return the ready-made rule: it reminds clients one day before, by the words of the mail text for that."""
    name = _("Remind clients one day before")
    return RuleDraft(name, Trigger.BEFORE_START.value, DAY_MINUTES, receivers=Receivers(client=True))


def switch_on_reminders(context: Context) -> str:
    """Make the ready-made rule, or switch on the one that there is; return its public id.

    Raises:
        InvalidInput: another rule has its name. NotAllowed.
    """
    ours = reminder_draft()
    for one in list_rules(context):
        if one.draft.trigger == ours.trigger and one.draft.receivers == ours.receivers:
            if one.draft.active:
                return one.public_id
            return save_rule(context, replace(one.draft, active=True), one.public_id, one.version)
    return save_rule(context, ours)


def get_rule(context: Context, public_id: str) -> Saved[RuleDraft]:
    """Return one rule, or raise NotFound."""
    context.require(PERMISSION, Target())
    return look(context, lambda: _saved(find_row(WorkflowRule, "rule", public_id)), PERMISSION)


def list_rules(context: Context) -> list[Saved[RuleDraft]]:
    """Return all rules by name; one query."""
    context.require(PERMISSION, Target())
    query = WorkflowRule.select().order_by(WorkflowRule.name)
    return look(context, lambda: [_saved(row) for row in query], PERMISSION)


def count_acts(context: Context) -> dict[str, int]:
    """Return on how many occasions each rule acted in the last 30 days, by public id; two queries."""
    context.require(PERMISSION, Target())

    def work() -> dict[str, int]:
        found = count_runs(context.now - COUNTED_SECONDS)
        names = WorkflowRule.select(WorkflowRule.public_id, WorkflowRule.id).tuples()
        return {public_id: found.get(row_id, 0) for public_id, row_id in names}

    return look(context, work, PERMISSION)


def group_names(context: Context) -> Mapping[str, str]:
    """Return the names of all groups by public id, sorted, for whoever may edit rules."""
    query = UserGroup.select(UserGroup.public_id, UserGroup.name).order_by(UserGroup.name)
    return look(context, lambda: dict(query.tuples()), PERMISSION)


def uses_group(public_id: str) -> bool:
    """Whether a rule names a group; inside a read."""
    return any(public_id in read_receivers(row.receivers).groups for row in WorkflowRule.select())


def _saved(row: WorkflowRule) -> Saved[RuleDraft]:
    draft = RuleDraft(
        row.name,
        row.trigger_kind,
        row.minutes if row.trigger_kind in TIMED else None,
        read_conditions(row.conditions),
        read_receivers(row.receivers),
        row.subject,
        row.text,
        row.active,
    )
    return Saved(row.public_id, row.version, draft)


def _draft(public_id: str) -> RuleDraft:
    return _saved(find_row(WorkflowRule, "rule", public_id)).draft
