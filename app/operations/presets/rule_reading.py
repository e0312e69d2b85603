"""The labels and workflow rules of a preset's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from app.access.permissions import ReadyMade
from app.booking.intake import option_words
from app.booking.values import QuestionKind
from app.booking.workflow_values import TIMED, Trigger
from app.look.mail_text import check_mail_text
from app.operations.letters.workflow_letters import PLACEHOLDERS
from app.operations.presets.nodes import Problems, Reader, WrongError, known, pairs, text, whole
from app.operations.presets.parts import any_words, listed, many_words, minutes_within, number, one_of, words
from app.operations.presets.values import Answer, Label, Question, Rule, Service, Words, said
from app.operations.saving import check_number
from app.operations.setup.labels import HUES
from app.operations.setup.services import YEAR_MINUTES
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
            tuple(one for one in dict.fromkeys(told) if one not in (CLIENT, PROVIDERS)),
            found.get("subject", {}),
            found.get("text", {}),
            found.get("give_labels", ()),
            found.get("take_labels", ()),
            found.get("responsible", ""),
            found.get("approvers", ()),
        )

    def _readers(self) -> dict[str, Reader]:
        groups, labels = self.keys["groups"], listed(self.keys["labels"])
        before = minutes_within(0, YEAR_MINUTES)
        return {
            "name": words,
            "when": one_of([one.value for one in Trigger]),
            "time": minutes_within(1, YEAR_MINUTES),
            "services": listed(self.keys["services"]),
            "places": listed(self.keys["places"]),
            "answer": self._answer,
            "with_labels": labels,
            "without_labels": labels,
            "less_than": before,
            "more_than": before,
            "tell": listed((CLIENT, PROVIDERS, *groups)),
            "subject": any_words,
            "text": any_words,
            "give_labels": labels,
            "take_labels": labels,
            "responsible": self._responsible,
            "approvers": listed(groups),
        }

    def _responsible(self, node: yaml.Node) -> str:
        groups, roles = self.keys["groups"], (*(one.value for one in ReadyMade), *self.keys["roles"])
        name = known(text(node), (*groups, *roles), node)
        if name in groups and name in roles:
            raise WrongError(node, _("{name} is a group and a role; please give one of them another key.", name=name))
        return name

    def _check(self, node: yaml.Node, found: Mapping[str, Any]) -> None:
        """Refuse what could never be set up, whatever there is already; of fields that cannot be read nothing is said.

        Raises:
            WrongError: at the line of the field that is to blame, else at that of the rule.
        """
        lines = {name: value for name, (_key, value) in pairs(node).items()}
        self._check_cause(node, lines, found)
        self._check_labels(lines, found)
        if not any(name in lines for name in _DOES):
            raise WrongError(node, _("This rule does nothing yet; possible are: {names}.", names=", ".join(_DOES)))
        self._check_letter(lines, found)

    def _check_cause(self, node: yaml.Node, lines: Mapping[str, yaml.Node], found: Mapping[str, Any]) -> None:
        if found["when"] in TIMED and "time" not in lines:
            raise WrongError(node, _("The field “{name}” is missing here.", name="time"))
        if found["when"] not in TIMED and "time" in lines:
            problem = _("“time” belongs to before_start and after_end, and to nothing else.")
            raise WrongError(lines["time"], problem)
        least, most = found.get("more_than"), found.get("less_than")
        if least is not None and most is not None and least >= most:
            raise WrongError(lines["less_than"], _("No booking is both; please correct one of them."))
        answer, services = found.get("answer"), found.get("services")
        if answer is not None and services and answer.service not in services:
            raise WrongError(
                lines["answer"], _("This rule is not about that service; please name it under “services”.")
            )

    def _check_labels(self, lines: Mapping[str, yaml.Node], found: Mapping[str, Any]) -> None:
        if set(found.get("give_labels", ())) & set(found.get("take_labels", ())):
            problem = _("A rule cannot give a label and take it away; please choose one of both.")
            raise WrongError(lines["take_labels"], problem)
        if set(found.get("with_labels", ())) & set(found.get("without_labels", ())):
            problem = _("No booking has a label and lacks it; please choose one of both.")
            raise WrongError(lines["without_labels"], problem)
        if "approvers" not in lines:
            return
        if found["when"] != Trigger.BOOKED:
            problem = _("Approval can be asked for only when a booking is made: “when: booked”.")
            raise WrongError(lines["approvers"], problem)
        if "with_labels" in lines or "without_labels" in lines:
            problem = _("What has to be approved has no labels yet; please leave out with_labels and without_labels.")
            raise WrongError(lines["approvers"], problem)

    def _check_letter(self, lines: Mapping[str, yaml.Node], found: Mapping[str, Any]) -> None:
        worded = [name for name in ("subject", "text") if name in lines]
        if worded and "tell" not in lines:
            raise WrongError(lines[worded[0]], _("Nobody is told by this rule; please say whom under “tell”."))
        is_reminder = found["when"] == Trigger.BEFORE_START and set(found.get("tell", ())) == {CLIENT}
        if "tell" in found and (worded or not is_reminder):  # for a reminder of the client there is a mail text
            self._check_words(lines, found)

    def _check_words(self, lines: Mapping[str, yaml.Node], found: Mapping[str, Any]) -> None:
        subject, letter = found.get("subject", {}), found.get("text", {})
        for code in languages():
            problems = check_mail_text(said(subject, code), said(letter, code), PLACEHOLDERS)[1]
            for name, problem in problems.items():
                raise WrongError(lines.get(name, lines["tell"]), problem)

    def _answer(self, node: yaml.Node) -> Answer:
        services = self.keys["services"]
        readers = {"service": one_of(services), "question": number, "is": many_words}
        found = whole(node, readers, self.problems, ("service", "question", "is"))
        service = self.services.get(found["service"])
        if service is not None:  # else it could not be read, which is told already
            self._check_answer(node, service, found["question"], found["is"])
        return Answer(found["service"], found["question"], found["is"])

    def _check_answer(self, node: yaml.Node, service: Service, place: int, answers: Sequence[Words]) -> None:
        number = len(service.questions)
        if not 1 <= place <= number:
            problem = plural(
                "This service has {number} question; please count from 1.",
                "This service has {number} questions; please count from 1.",
                number,
            )
            raise WrongError(node, problem)
        question = service.questions[place - 1]
        for code in languages():
            offered = offered_answers(question, code)
            given = [said(one, code) for one in answers]
            wrong = [one for one in given if offered and one.casefold() not in map(str.casefold, offered)]
            if wrong:
                names = "; ".join(offered)
                problem = _("“{name}” is not known here; possible are: {names}.", name=wrong[0], names=names)
                raise WrongError(node, problem)


def offered_answers(question: Question, code: str) -> list[str]:
    """Return the answers to choose among, as a file says them in whatever language; none where people write."""
    return list(option_words(QuestionKind(question.kind), tuple(said(one, code) for one in question.choices)))
