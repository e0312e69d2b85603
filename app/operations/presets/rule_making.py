"""Making the workflow rules of a preset, from the keys of its file to public ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.booking.refusals import InvalidInput
from app.booking.workflow_values import Assigning, Conditions, Labelling, Receivers
from app.operations.context import Context
from app.operations.presets.values import Answer, Rule, Service, Words, said
from app.operations.setup.approvals import StepDraft
from app.operations.setup.workflow import RuleDraft, save_rule
from app.operations.setup.workflow_asking import Asks
from app.texts import _


class RuleMaker:
    """Makes rules inside a running transaction; ``ids``: the public ids of each section of the file by key."""

    def __init__(
        self,
        context: Context,
        ids: Mapping[str, Mapping[str, str]],
        services: Mapping[str, Service],
        language: str,
    ) -> None:
        self.context, self.ids, self.services, self.language = context, ids, services, language

    def make(self, name: str, rule: Rule) -> str:
        """Make a rule and return its public id.

        Raises:
            InvalidInput: what is here already stands in the way.
        """
        draft = RuleDraft(
            name,
            rule.trigger.value,
            rule.minutes,
            self._conditions(rule),
            Receivers(rule.client, rule.providers, self._all("groups", rule.groups)),
            self._say(rule.subject),
            self._say(rule.text),
            asks=Asks(StepDraft(self._approvers(rule))) if rule.approvers else None,
            labels=Labelling(self._all("labels", rule.gives), self._all("labels", rule.takes)),
            assigns=self._assigning(rule.responsible),
        )
        return save_rule(self.context, draft)

    def _say(self, words: Words) -> str:
        return said(words, self.language)

    def _all(self, section: str, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.ids[section][key] for key in keys)

    def _conditions(self, rule: Rule) -> Conditions:
        return Conditions(
            self._all("services", rule.services),
            self._all("places", rule.places),
            question="" if rule.answer is None else self._question(rule.answer),
            answers=() if rule.answer is None else tuple(self._say(one) for one in rule.answer.answers),
            less_than_minutes=rule.less_than_minutes,
            more_than_minutes=rule.more_than_minutes,
            labels=self._all("labels", rule.labels),
            without_labels=self._all("labels", rule.without),
        )

    def _question(self, answer: Answer) -> str:
        """Return the question that the file means: by its words, as a service that was here may have others."""
        wanted = self.services[answer.service].questions[answer.question - 1]
        label = self._say(wanted.label)
        public_id = self.ids["services"][answer.service]
        service = next(one for one in self.context.catalog.services.values() if one.public_id == public_id)
        for one in service.questions:
            if (one.label, one.kind) == (label, wanted.kind):
                return one.public_id
        problem = _(
            "{name} was here already, without the question “{question}” that a rule needs; please rename it first.",
            name=service.name,
            question=label,
        )
        raise InvalidInput("", problem)

    def _approvers(self, rule: Rule) -> tuple[str, ...]:
        return tuple(f"group:{one}" for one in self._all("groups", rule.approvers))

    def _assigning(self, key: str) -> Assigning:
        if key in self.ids["groups"]:
            return Assigning(group=self.ids["groups"][key])
        return Assigning(role=self.ids["roles"].get(key, key) if key else "")
