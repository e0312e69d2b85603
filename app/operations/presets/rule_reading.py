"""The labels and workflow rules of a preset's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.access.permissions import ReadyMade
from app.booking.intake import find_options, option_words
from app.booking.values import QuestionKind
from app.booking.workflow_values import TIMED, Trigger
from app.look.mail_text import check_mail_text
from app.operations.letters.workflow_letters import PLACEHOLDERS
from app.operations.presets.nodes import Problems, Reader, WrongError, pairs, whole
from app.operations.presets.parts import listed, long_words, many_words, minutes, number, one_of, words
from app.operations.presets.values import Answer, Label, Question, Rule, Service, Words, said
from app.operations.setup.labels import HUES
from app.operations.setup.saving import check_number
from app.texts import _, languages, plural

CLIENT, PROVIDERS = "client", "providers"
"""Who may be told besides groups, whose keys these words therefore cannot be."""
_DOES = ("tell", "give_labels", "take_labels", "responsible", "approvers")


def read_label(problems: Problems, node: yaml.Node) -> Label:
    """Return a label; its colour is a number from 1."""
    found = whole(node, {"name": words, "colour": _colour}, problems, ("name",))
    return Label(found["name"], found.get("colour", 1) - 1)


def _colour(node: yaml.Node) -> int:
    return check_number(number(node), "colour", 1, HUES)


@dataclass(frozen=True, slots=True)
class RuleReader:
    """What reads rules: the keys of each section of the file, and the services that could be read."""

    problems: Problems
    keys: Mapping[str, Sequence[str]]
    services: Mapping[str, Service]

    def read(self, node: yaml.Node) -> Rule:
        """Return a rule.

        Raises:
            WrongError, LackingError: something is wrong with it.
        """
        found = whole(node, self._readers(), self.problems, ("name", "when"))
        self._check(node, found)
        told = found.get("tell", ())
        return Rule(
            found["name"],
            Trigger(found["when"]),
            found.get("time"),
            found.get("services", ()),
            found.get("places", ()),
            found.get("answer"),
            found.get("with_labels", ()),
            found.get("without_labels", ()),
            found.get("less_than"),
            found.get("more_than"),
            CLIENT in told,
            PROVIDERS in told,
            tuple(one for one in told if one not in (CLIENT, PROVIDERS)),
            found.get("subject", {}),
            found.get("text", {}),
            found.get("give_labels", ()),
            found.get("take_labels", ()),
            found.get("responsible", ""),
            found.get("approvers", ()),
        )

    def _readers(self) -> dict[str, Reader]:
        groups, labels = self.keys["groups"], listed(self.keys["labels"])
        roles = (*(one.value for one in ReadyMade), *self.keys["roles"])
        return {
            "name": words,
            "when": one_of([one.value for one in Trigger]),
            "time": minutes,
            "services": listed(self.keys["services"]),
            "places": listed(self.keys["places"]),
            "answer": self._answer,
            "with_labels": labels,
            "without_labels": labels,
            "less_than": minutes,
            "more_than": minutes,
            "tell": listed((CLIENT, PROVIDERS, *groups)),
            "subject": words,
            "text": long_words,
            "give_labels": labels,
            "take_labels": labels,
            "responsible": one_of((*groups, *roles)),
            "approvers": listed(groups),
        }

    def _check(self, node: yaml.Node, found: Mapping[str, Any]) -> None:
        """Refuse what could never be set up, whatever there is already."""
        if (found["when"] in TIMED) != ("time" in found):
            problem = _("“time” belongs to before_start and after_end, and to nothing else.")
            raise WrongError(node, problem)
        if "approvers" in found and found["when"] != Trigger.BOOKED:
            raise WrongError(node, _("Approval can be asked for only when a booking is made: “when: booked”."))
        if not any(name in found for name in _DOES):
            raise WrongError(node, _("This rule does nothing yet; possible are: {names}.", names=", ".join(_DOES)))
        if "tell" in found and not self._has_own_words(found):
            self._check_words(pairs(node), found)

    def _has_own_words(self, found: Mapping[str, Any]) -> bool:
        """Whether it is a reminder of the client, for which there is a mail text."""
        is_reminder = found["when"] == Trigger.BEFORE_START and found["tell"] == (CLIENT,)
        return is_reminder and "subject" not in found and "text" not in found

    def _check_words(self, lines: Mapping[str, tuple[yaml.Node, yaml.Node]], found: Mapping[str, Any]) -> None:
        subject, letter = found.get("subject", {}), found.get("text", {})
        for code in languages():
            problems = check_mail_text(said(subject, code), said(letter, code), PLACEHOLDERS)[1]
            for name, problem in problems.items():
                raise WrongError(lines.get(name, lines["tell"])[1], problem)

    def _answer(self, node: yaml.Node) -> Answer:
        services = self.keys["services"]
        readers = {"service": one_of(services), "question": number, "is": many_words}
        found = whole(node, readers, self.problems, ("service", "question", "is"))
        service = self.services.get(found["service"])
        if service is not None:  # else it could not be read, which is told already
            self._check_answer(node, service, found["question"], found["is"])
        return Answer(found["service"], found["question"], found["is"])

    def _check_answer(self, node: yaml.Node, service: Service, place: int, answers: Sequence[Words]) -> None:
        if not 1 <= place <= len(service.questions):
            number = len(service.questions)
            problem = plural("This service has {number} question.", "This service has {number} questions.", number)
            raise WrongError(node, problem)
        question = service.questions[place - 1]
        for code in languages():
            offered = offered_answers(question, code)
            given = [said(one, code) for one in answers]
            wrong = [one for one in given if offered and find_options(offered, [one]) is None]
            if wrong:
                names = "; ".join(offered)
                problem = _("“{name}” is not known here; possible are: {names}.", name=wrong[0], names=names)
                raise WrongError(node, problem)


def offered_answers(question: Question, code: str) -> dict[str, str]:
    """Return the answers to choose among, each with how it is shown; none where people write."""
    return option_words(QuestionKind(question.kind), tuple(said(one, code) for one in question.choices))
