"""The intake questions of a service, and how they are stored: a JSON list in the service's row."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.booking.values import QuestionKind
from app.storage.public_ids import new_public_id

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


def check_questions(questions: Iterable[QuestionDraft]) -> tuple[QuestionDraft, ...]:
    """Return cleaned questions, each with a public id.

    Raises:
        InvalidInput: an empty or impossible text, an unknown kind, a choice without at least two answers.
    """
    checked = tuple(_check(one) for one in questions)
    if len(checked) > MAX_QUESTIONS:
        raise InvalidInput("questions", f"Please ask at most {MAX_QUESTIONS} questions.")
    return checked


def _check(one: QuestionDraft) -> QuestionDraft:
    if one.kind not in {kind.value for kind in QuestionKind}:
        raise InvalidInput("questions", "Please choose how this question is answered.")
    choices = tuple(dict.fromkeys(clean_line(text, "questions", MAX_LABEL, required=True) for text in one.choices))
    if one.kind != QuestionKind.CHOICE:
        choices = ()
    elif not 2 <= len(choices) <= MAX_CHOICES:
        raise InvalidInput("questions", f"Please give from 2 to {MAX_CHOICES} answers to choose from.")
    label = clean_line(one.label, "questions", MAX_LABEL, required=True)
    return replace(one, label=label, choices=choices, public_id=one.public_id or new_public_id())


def dump_questions(questions: Iterable[QuestionDraft]) -> str:
    """Return the stored form."""
    return json.dumps([asdict(one) for one in questions], ensure_ascii=False)


def load_questions(stored: str) -> tuple[QuestionDraft, ...]:
    """Return the questions of a stored form."""
    return tuple(QuestionDraft(**one | {"choices": tuple(one.get("choices", ()))}) for one in json.loads(stored))
