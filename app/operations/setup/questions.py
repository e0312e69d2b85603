"""The intake questions of a service, and how they are stored: a JSON list in the service's row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.booking.answers import clean_line
from app.booking.intake import find_options, option_words
from app.booking.refusals import InvalidInput
from app.booking.values import QuestionKind
from app.storage.public_ids import new_public_id
from app.texts import _

MAX_QUESTIONS = 20
MAX_CHOICES = 30
MAX_LABEL = 200


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """One question; ``public_id`` None for a new one, given answers refer to it.

    ``only_if``: the id of a question before it, new ones by any id of their own; asked only where that has one of
    ``only_if_answers``.
    """

    label: str
    kind: str = QuestionKind.TEXT.value
    required: bool = False
    choices: tuple[str, ...] = ()
    public_id: str | None = None
    help: str = ""
    only_if: str | None = None
    only_if_answers: tuple[str, ...] = ()


def check_questions(questions: Iterable[QuestionDraft], known: Collection[str] = ()) -> tuple[QuestionDraft, ...]:
    """Return cleaned questions, each with a public id of its own; only ids among ``known`` are kept.

    Raises:
        InvalidInput: an empty or impossible text, an unknown kind, a choice without at least two answers, a repetition,
            a condition that no answer can meet.
    """
    checked = [_check(one) for one in questions]
    if len(checked) > MAX_QUESTIONS:
        raise InvalidInput("questions", _("Please ask at most {most} questions.", most=MAX_QUESTIONS))
    twice = [label for label, times in Counter(one.label for one in checked).items() if times > 1]
    if twice:
        problem = _("“{question}” is asked twice; please remove or change one of the two.", question=twice[0])
        raise InvalidInput("questions", problem)
    return tuple(_with_ids(checked, known))


def _with_ids(questions: Iterable[QuestionDraft], known: Collection[str]) -> Iterator[QuestionDraft]:
    free, before = set(known), dict[str, QuestionDraft]()
    for one in questions:
        kept = replace(
            _with_condition(one, before), public_id=one.public_id if one.public_id in free else new_public_id()
        )
        free -= {one.public_id or ""}
        before |= {one.public_id: kept} if one.public_id else {}
        yield kept


def _with_condition(one: QuestionDraft, before: Mapping[str, QuestionDraft]) -> QuestionDraft:
    """Return the question with its condition checked, and put in the words in which answers are kept."""
    if one.only_if is None:
        return replace(one, only_if_answers=())
    other = before.get(one.only_if)
    if other is None:
        problem = _(
            "“{question}” depends on a question that does not stand before it; please choose another condition.",
            question=one.label,
        )
        raise InvalidInput("questions", problem)
    return replace(one, only_if=other.public_id, only_if_answers=_find_answers(one, other))


def _find_answers(one: QuestionDraft, other: QuestionDraft) -> tuple[str, ...]:
    options = answer_words(other)
    if not options:
        problem = _(
            "“{question}” depends on “{other}”, which has no answers to choose from; please choose another condition.",
            question=one.label,
            other=other.label,
        )
        raise InvalidInput("questions", problem)
    found = find_options(options, one.only_if_answers)
    if not found:
        problem = _(
            "Please say after which answers to “{other}” “{question}” is asked, from: {answers}.",
            question=one.label,
            other=other.label,
            answers="; ".join(options.values()),
        )
        raise InvalidInput("questions", problem)
    return found


def answer_words(question: QuestionDraft) -> dict[str, str]:
    """Return the answers among which people choose, with how they are shown; none where they write."""
    return option_words(QuestionKind(question.kind), question.choices)


def _check(one: QuestionDraft) -> QuestionDraft:
    label = clean_line(one.label, "questions", MAX_LABEL, required=True)
    if one.kind not in {kind.value for kind in QuestionKind}:
        raise InvalidInput("questions", _("Please choose how “{question}” is answered.", question=label))
    choices = tuple(dict.fromkeys(clean_line(text, "questions", MAX_LABEL, required=True) for text in one.choices))
    if one.kind not in (QuestionKind.CHOICE, QuestionKind.SEVERAL):
        choices = ()
    elif not 2 <= len(choices) <= MAX_CHOICES or any(";" in one for one in choices):
        problem = _(
            "Please give “{question}” from 2 to {most} answers to choose from, with semicolons only between them.",
            question=label,
            most=MAX_CHOICES,
        )
        raise InvalidInput("questions", problem)
    return replace(one, label=label, choices=choices, help=clean_line(one.help, "questions", MAX_LABEL))


def dump_questions(questions: Iterable[QuestionDraft]) -> str:
    """Return the stored form."""
    return json.dumps([asdict(one) for one in questions], ensure_ascii=False)


def load_questions(stored: str) -> tuple[QuestionDraft, ...]:
    """Return the questions of a stored form."""
    return tuple(_load(one) for one in json.loads(stored))


def _load(stored: Mapping[str, Any]) -> QuestionDraft:
    lists = {name: tuple(stored.get(name, ())) for name in ("choices", "only_if_answers")}
    return QuestionDraft(**{**stored, **lists})
