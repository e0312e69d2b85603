"""The intake questions of a service, and how they are stored: a JSON list in the service's row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, replace

from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.booking.values import QuestionKind
from app.storage.public_ids import new_public_id
from app.texts import _

MAX_QUESTIONS = 20
MAX_CHOICES = 30
MAX_LABEL = 200


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """One question; ``public_id`` None for a new one, given answers refer to it."""

    label: str
    kind: str = QuestionKind.TEXT.value
    required: bool = False
    choices: tuple[str, ...] = ()
    public_id: str | None = None


def check_questions(questions: Iterable[QuestionDraft], known: Collection[str] = ()) -> tuple[QuestionDraft, ...]:
    """Return cleaned questions, each with a public id of its own; only ids among ``known`` are kept.

    Raises:
        InvalidInput: an empty or impossible text, an unknown kind, a choice without at least two answers, a repetition.
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
    free = set(known)
    for one in questions:
        if one.public_id in free:
            free.remove(one.public_id)
            yield one
        else:
            yield replace(one, public_id=new_public_id())


def _check(one: QuestionDraft) -> QuestionDraft:
    label = clean_line(one.label, "questions", MAX_LABEL, required=True)
    if one.kind not in {kind.value for kind in QuestionKind}:
        raise InvalidInput("questions", _("Please choose how “{question}” is answered.", question=label))
    choices = tuple(dict.fromkeys(clean_line(text, "questions", MAX_LABEL, required=True) for text in one.choices))
    if one.kind != QuestionKind.CHOICE:
        choices = ()
    elif not 2 <= len(choices) <= MAX_CHOICES:
        problem = _(
            "Please give “{question}” from 2 to {most} answers to choose from.", question=label, most=MAX_CHOICES
        )
        raise InvalidInput("questions", problem)
    return replace(one, label=label, choices=choices)


def dump_questions(questions: Iterable[QuestionDraft]) -> str:
    """Return the stored form."""
    return json.dumps([asdict(one) for one in questions], ensure_ascii=False)


def load_questions(stored: str) -> tuple[QuestionDraft, ...]:
    """Return the questions of a stored form."""
    return tuple(QuestionDraft(**one | {"choices": tuple(one.get("choices", ()))}) for one in json.loads(stored))
