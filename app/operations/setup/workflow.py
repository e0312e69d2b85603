"""Workflow rules: when something happens to a booking, or its time comes near, somebody is told or asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import check_email
from app.booking.intake import find_options, option_words
from app.booking.refusals import InvalidInput, NotFound
from app.booking.statuses import Status
from app.booking.values import DAY_MINUTES, Catalog, Question
from app.booking.workflow_values import TIMED, Assigning, Conditions, Labelling, Receivers, Trigger
from app.look.mail_text import check_mail_text
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.letters.workflow_letters import PLACEHOLDERS
from app.operations.saving import Key, Saved, check_name, check_number, edit, find_row, look, put, refuse_first
from app.operations.setup.services import YEAR_MINUTES, span_words
from app.operations.setup.workflow_asking import (
    Asks,
    asks_of,
    check_asks,
    let_go,
    require_asking,
    stored_asks,
    write_asks,
)
from app.operations.setup.workflow_assigning import check_assigning
from app.operations.telling import Told
from app.storage.catalog_workflow import dump_part, read_assigning, read_conditions, read_labelling, read_receivers
from app.storage.rights_tables import UserGroup
from app.storage.workflow_runs import count_runs
from app.storage.workflow_tables import WorkflowRule, WorkflowRun
from app.texts import _

NO_CONDITIONS, NOBODY, NO_LABELS, ASSIGNS_NOBODY = Conditions(), Receivers(), Labelling(), Assigning()
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
    asks: Asks | None = None
    labels: Labelling = NO_LABELS
    assigns: Assigning = ASSIGNS_NOBODY


def check_rule(context: Context, draft: RuleDraft) -> RuleDraft:
    """Return a rule as it is to be stored, but for its name; inside a read.

    Raises:
        InvalidInput: with the field that has to be mended. NotFound: what it names is gone.
    """
    if draft.trigger not in set(Trigger):
        raise InvalidInput("trigger", _("Please choose when this rule acts."))
    _check_may_name(context, draft.conditions)
    check_asks(draft.trigger, draft.conditions, draft.asks)
    _check_labels(context.catalog, draft.labels)
    check_assigning(draft.assigns, in_use=draft.active)
    asked = _check_conditions(context.catalog, draft.conditions)
    checked = replace(draft, minutes=_minutes(draft), conditions=asked, receivers=_receivers(draft))
    if checked.receivers.addresses and checked.conditions.question:
        problem = _("Given addresses would learn the answer by this mail; please write to accounts that may see it.")
        raise InvalidInput("addresses", problem)
    return _with_words(checked)


def _minutes(draft: RuleDraft) -> int:
    if draft.trigger not in TIMED:
        return 0
    if draft.minutes is None:
        raise InvalidInput("minutes", _("Please say how long before or after."))
    return check_number(draft.minutes, "minutes", 1, YEAR_MINUTES, span_words)


def _check_conditions(catalog: Catalog, asked: Conditions) -> Conditions:
    _check_named(catalog, asked)
    if not set(asked.statuses) <= set(STATUSES):
        raise InvalidInput("statuses", _("Please choose from the list."))
    if not set(asked.labels).isdisjoint(asked.without_labels):
        problem = _("No booking has a label and lacks it; please choose one of both.")
        raise InvalidInput("without_labels", problem)
    checked = _check_question(catalog, asked)
    for name in ("less_than_minutes", "more_than_minutes"):
        if (value := getattr(asked, name)) is not None:
            check_number(value, name, 0, YEAR_MINUTES, span_words)
    least, most = asked.more_than_minutes, asked.less_than_minutes
    if least is not None and most is not None and least >= most:
        raise InvalidInput("less_than_minutes", _("No booking is both; please correct one of them."))
    return checked


def may_name_questions(context: Context) -> bool:
    """Whether rules of the actor may depend on answers: what these rules do tells which ones were given."""
    return context.may(Permission.SEE_CONFIDENTIAL, Target())


def _check_may_name(context: Context, asked: Conditions) -> None:
    if asked.question and not may_name_questions(context):
        problem = _("Only who may see everybody's answers can set up a rule that depends on one.")
        raise InvalidInput("question", problem)


def _check_named(catalog: Catalog, asked: Conditions) -> None:
    known = {
        "service": (asked.services, {one.public_id for one in catalog.services.values()}),
        "location": (asked.locations, {one.public_id for one in catalog.locations.values()}),
        "resource": (asked.resources, {one.public_id for one in catalog.resources.values()}),
        "label": ((*asked.labels, *asked.without_labels), {one.public_id for one in catalog.labels.values()}),
    }
    for kind, (wanted, there) in known.items():
        for one in wanted:
            if one not in there:
                raise NotFound(kind=kind, reference=one)


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


def _receivers(draft: RuleDraft) -> Receivers:
    given = draft.receivers
    if len(given.addresses) > MOST_ADDRESSES:
        raise InvalidInput("addresses", _("Please give at most {most}; a group may do instead.", most=MOST_ADDRESSES))
    addresses = tuple(dict.fromkeys(check_email(one, "addresses") for one in given.addresses))
    for group in given.groups:
        find_row(UserGroup, "group", group)
    acts = draft.asks is not None or draft.labels != NO_LABELS or draft.assigns != ASSIGNS_NOBODY
    if not (given.client or given.providers or given.groups or addresses or acts):
        raise InvalidInput("receivers", _("Please choose who is written to."))
    return replace(given, groups=tuple(dict.fromkeys(given.groups)), addresses=addresses)


def _check_labels(catalog: Catalog, labels: Labelling) -> None:
    if not set(labels.add).isdisjoint(labels.remove):
        raise InvalidInput(
            "labels_remove", _("A rule cannot give a label and take it away; please choose one of both.")
        )
    known = {one.public_id for one in catalog.labels.values()}
    for one in (*labels.add, *labels.remove):
        if one not in known:
            raise NotFound(kind="label", reference=one)


def _with_words(draft: RuleDraft) -> RuleDraft:
    """Check the words; only a reminder of the client alone may do without, as there is a mail text for it."""
    has_words = bool(draft.subject.strip() or draft.text.strip())
    if not has_words and draft.trigger == Trigger.BEFORE_START and draft.receivers.only_client:
        return replace(draft, subject="", text="")
    if draft.receivers == NOBODY:
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
        require_asking(context, _asks_before(public_id), draft.asks)
        if public_id is not None:
            _check_may_name(context, read_conditions(find_row(WorkflowRule, "rule", public_id).conditions))
        name, checked = check_name(WorkflowRule, draft.name, public_id), check_rule(context, draft)
        values = {
            "name": name,
            "trigger_kind": checked.trigger,
            "minutes": checked.minutes,
            "conditions": dump_part(checked.conditions),
            "receivers": dump_part(checked.receivers),
            "labels": dump_part(checked.labels),
            "subject": checked.subject,
            "text": checked.text,
            "active": checked.active,
            "assigns": dump_part(checked.assigns),
        }
        if _begins_anew(public_id, checked):
            values["done_until"] = context.now
        row = put(context, WorkflowRule, "rule", Key(public_id, version), values)
        write_asks(context, row.id, checked.asks)
        return str(row.public_id)

    return edit(context, work, PERMISSION, Told(Kind.WORKFLOW_RULE, _draft, public_id))


def _asks_before(public_id: str | None) -> Asks | None:
    return None if public_id is None else asks_of(find_row(WorkflowRule, "rule", public_id))


def _begins_anew(public_id: str | None, draft: RuleDraft) -> bool:
    """Whether moments that lie behind are not to be caught up on: a rule that goes on keeps its place."""
    if public_id is None:
        return True
    row = find_row(WorkflowRule, "rule", public_id)
    return not row.active or (row.trigger_kind, row.minutes) != (draft.trigger, draft.minutes)


def remove_rule(context: Context, public_id: str) -> None:
    """Delete a rule; what it has left to be delivered still is, and what it had asked for is still to be decided.

    Raises:
        NotAllowed, NotFound.
    """
    context.require(PERMISSION, Target())

    def work() -> None:
        row = find_row(WorkflowRule, "rule", public_id)
        require_asking(context, asks_of(row), None)
        let_go(context, row.id)
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
    return look(context, lambda: _saved_all([find_row(WorkflowRule, "rule", public_id)])[0], PERMISSION)


def list_rules(context: Context) -> list[Saved[RuleDraft]]:
    """Return all rules by name; a fixed number of queries."""
    context.require(PERMISSION, Target())
    query = WorkflowRule.select().order_by(WorkflowRule.name)
    return look(context, lambda: _saved_all(list(query)), PERMISSION)


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


def _saved_all(rows: Sequence[WorkflowRule]) -> list[Saved[RuleDraft]]:
    asks = stored_asks([row.id for row in rows])
    return [_saved(row, asks.get(row.id)) for row in rows]


def _saved(row: WorkflowRule, asks: Asks | None) -> Saved[RuleDraft]:
    draft = RuleDraft(
        row.name,
        row.trigger_kind,
        row.minutes if row.trigger_kind in TIMED else None,
        read_conditions(row.conditions),
        read_receivers(row.receivers),
        row.subject,
        row.text,
        row.active,
        asks,
        read_labelling(row.labels),
        read_assigning(row.assigns),
    )
    return Saved(row.public_id, row.version, draft)


def _draft(public_id: str) -> RuleDraft:
    return _saved_all([find_row(WorkflowRule, "rule", public_id)])[0].draft
