"""Labels: words of the site that bookings may carry, each with a colour of the calendars."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import Key, Saved, check_name, check_number, edit, find_row, look, put
from app.operations.telling import Told
from app.storage.catalog_workflow import read_conditions, read_labelling
from app.storage.label_tables import BookingLabel, Label
from app.storage.workflow_tables import WorkflowRule
from app.texts import _

PERMISSION = Permission.MANAGE_SETTINGS
HUES = 8
MOST_LABELS = 50


@dataclass(frozen=True, slots=True)
class LabelDraft:
    """What a form says about a label; ``hue``: which of the eight hues of calendars."""

    name: str
    hue: int = 0


def save_label(context: Context, draft: LabelDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a label and return its public id.

    Raises:
        InvalidInput: with the field that has to be mended. NotAllowed, NotFound, StaleVersion.
    """
    context.require(PERMISSION, Target())

    def work() -> str:
        name = check_name(Label, draft.name, public_id)
        check_number(draft.hue, "hue", 0, HUES - 1)
        if public_id is None and Label.select().count() >= MOST_LABELS:
            problem = _("There are {most} labels already; please remove one that is not needed.", most=MOST_LABELS)
            raise InvalidInput("name", problem)
        return str(put(context, Label, "label", Key(public_id, version), {"name": name, "hue": draft.hue}).public_id)

    return edit(context, work, PERMISSION, Told(Kind.LABEL, _draft, public_id))


def remove_label(context: Context, public_id: str) -> None:
    """Delete a label, and take it off all bookings.

    Raises:
        InvalidInput: a rule gives it, takes it away or asks for it. NotAllowed, NotFound.
    """
    context.require(PERMISSION, Target())

    def work() -> None:
        row = find_row(Label, "label", public_id)
        for rule in WorkflowRule.select().order_by(WorkflowRule.name, WorkflowRule.id):
            used, asked = read_labelling(rule.labels), read_conditions(rule.conditions)
            if public_id in (*used.add, *used.remove, *asked.labels, *asked.without_labels):
                raise InvalidInput(
                    "label", _("The rule {name} uses this label; please change it first.", name=rule.name)
                )
        BookingLabel.delete().where(BookingLabel.label == row.id).execute()
        row.delete_instance()

    edit(context, work, PERMISSION, Told(Kind.LABEL, _draft, public_id))


def get_label(context: Context, public_id: str) -> Saved[LabelDraft]:
    """Return one label, or raise NotFound."""
    return look(context, lambda: _saved(find_row(Label, "label", public_id)), PERMISSION)


def list_labels(context: Context) -> list[Saved[LabelDraft]]:
    """Return all labels by name; one query."""
    return look(context, lambda: [_saved(row) for row in Label.select().order_by(Label.name)], PERMISSION)


def _saved(row: Label) -> Saved[LabelDraft]:
    return Saved(row.public_id, row.version, LabelDraft(row.name, row.hue))


def _draft(public_id: str) -> LabelDraft:
    return _saved(find_row(Label, "label", public_id)).draft
