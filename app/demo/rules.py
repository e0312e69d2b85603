"""Rules of the demo: clients are reminded; the reception is told of what is cancelled late, and one follows it up."""

from __future__ import annotations

from app.booking.values import DAY_MINUTES
from app.booking.workflow_values import Assigning, Conditions, Labelling, Receivers, Trigger
from app.operations.context import Context
from app.operations.setup.labels import LabelDraft, save_label
from app.operations.setup.workflow import RuleDraft, save_rule, switch_on_reminders
from app.storage.rights_tables import UserGroup

LABELS = (LabelDraft("Cancelled late", 4), LabelDraft("To call back", 2), LabelDraft("Interpreter", 1))
TOLD = "Tell the reception what is cancelled at short notice"


def add_rules(context: Context) -> None:
    """Write the labels and the rules; these act on what happens from now on."""
    late, *_others = [save_label(context, one) for one in LABELS]
    reception = UserGroup.get(UserGroup.name == "Reception")
    switch_on_reminders(context)
    save_rule(
        Context(context.store, context.actor, context.now),  # on the set-up as it is now, with its labels
        RuleDraft(
            TOLD,
            Trigger.CANCELLED.value,
            conditions=Conditions(less_than_minutes=DAY_MINUTES),
            labels=Labelling((late,)),
            assigns=Assigning(group=reception.public_id),
            receivers=Receivers(groups=(reception.public_id,)),
            subject="Free again: {service}, {when}",
            text="{greeting}\n\nthis was cancelled less than a day before it begins:\n\n{details}\n\n{link}",
        ),
    )
