"""Intake questions in forms: how each is asked, what was typed, and how an answer is shown afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from app.booking.intake import BETWEEN, NO, YES, join_answers, options_of
from app.booking.values import Question, QuestionKind
from app.texts import _
from app.web.times import day_text

ANSWER = "answer-"
"""What the names of these fields begin with; the question's public id follows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a form shows it.

    ``options``: answers to choose from, with their words. ``condition``: a sentence when it is not always asked, and
    then ``after`` is the field that decides, ``wanted`` the answers to it.
    """

    question: Question
    name: str
    options: Sequence[tuple[str, str]]
    condition: str = ""
    after: str = ""
    wanted: Sequence[str] = ()

    @property
    def is_required(self) -> bool:
        """Whether it must be answered in any case."""
        return self.question.required and not self.condition


def asked(questions: Iterable[Question]) -> list[Asked]:
    """Return the questions as forms show them, in their order."""
    known: dict[str, Question] = {}
    for question in questions:
        known[question.public_id] = question
    return [_asked(question, known) for question in known.values()]


def _asked(question: Question, known: Mapping[str, Question]) -> Asked:
    name, options = f"{ANSWER}{question.public_id}", [(one, answer_word(one)) for one in options_of(question)]
    condition = question.only_if
    if condition is None or condition.question not in known:
        return Asked(question, name, options)
    other, answers = known[condition.question], ", ".join(answer_word(one) for one in condition.answers)
    if question.required:
        sentence = _(
            "Please answer this if “{question}” is answered by: {answers}.", question=other.label, answers=answers
        )
    else:
        sentence = _("Only if “{question}” is answered by: {answers}.", question=other.label, answers=answers)
    return Asked(question, name, options, sentence, f"{ANSWER}{condition.question}", condition.answers)


def answer_word(answer: str) -> str:
    """Return how an answer to choose from is shown."""
    return {YES: _("Yes"), NO: _("No")}.get(answer, answer)


def read_answers(fields: MultiDict[str, str]) -> dict[str, str]:
    """Return the answers by question id, as typed; several ticked ones together."""
    return {name.removeprefix(ANSWER): text for name, text in typed_answers(fields).items()}


def as_typed(fields: MultiDict[str, str]) -> dict[str, str]:
    """Return the fields of a form by name, to be shown again; of answers all that were ticked."""
    return {**fields.to_dict(), **typed_answers(fields)}


def typed_answers(fields: MultiDict[str, str]) -> dict[str, str]:
    """Return the answers by the names of their fields, to be shown again."""
    return {name: join_answers(fields.getlist(name)) for name in fields if name.startswith(ANSWER)}


def shown_answer(question: Question | None, answer: str) -> str:
    """Return an answer as people read it; ``question``: None where it was removed since."""
    if question is None:
        return answer
    if question.kind is QuestionKind.DATE:
        return _day(answer)
    if question.kind in (QuestionKind.YES_NO, QuestionKind.AGREE):
        return answer_word(answer)
    return answer.replace(BETWEEN, ", ") if question.kind is QuestionKind.SEVERAL else answer


def _day(answer: str) -> str:
    try:
        return day_text(date.fromisoformat(answer))
    except ValueError:  # it was answered when the question was another one
        return answer
