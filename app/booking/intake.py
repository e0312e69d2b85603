"""The answers to a service's intake questions: which are asked, what each may say, and in which form it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.booking.answers import clean_line, clean_text
from app.booking.refusals import InvalidInput
from app.booking.values import Question, QuestionKind
from app.texts import _

YES, NO = "yes", "no"
BETWEEN = "; "
"""Stands between several answers to one question; no answer to choose from has a semicolon."""
MAX_ANSWERS = 2000
_NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def options_of(question: Question) -> tuple[str, ...]:
    """Return the answers among which people choose; none where they write."""
    if question.kind is QuestionKind.YES_NO:
        return (YES, NO)
    return (YES,) if question.kind is QuestionKind.AGREE else question.choices


def option_words(kind: QuestionKind, choices: Sequence[str]) -> dict[str, str]:
    """Return the answers among which people choose, each with how it is shown; none where they write."""
    if kind in (QuestionKind.YES_NO, QuestionKind.AGREE):
        return {YES: _("Yes"), NO: _("No")} if kind is QuestionKind.YES_NO else {YES: _("Yes")}
    return {one: one for one in choices}


def find_options(words: Mapping[str, str], typed: Sequence[str]) -> tuple[str, ...] | None:
    """Return the answers that are meant by their words, or by themselves, each once; None when one is not offered."""
    known = {word.casefold(): answer for answer, word in words.items()} | {one.casefold(): one for one in words}
    found = tuple(dict.fromkeys(known.get(text.casefold(), "") for text in typed))
    return None if "" in found else found


def check_answers(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to a service's intake questions by question id.

    Answers to other questions, and to those that are not asked after the answers before them, are dropped.

    Raises:
        InvalidInput: an answer is missing, too long, or none of this kind; ``field`` is ``answer-<question id>``.
    """
    answers: dict[str, str] = {}
    for question in questions:
        if is_asked(question, answers):
            answer = _check_answer(question, given.get(question.public_id, ""))
            answers |= {question.public_id: answer} if answer else {}
    return answers


def is_asked(question: Question, answers: Mapping[str, str]) -> bool:
    """Say whether a question is asked after these answers to those before it."""
    condition = question.only_if
    return condition is None or not set(condition.answers).isdisjoint(
        answers.get(condition.question, "").split(BETWEEN)
    )


def _check_answer(question: Question, text: str) -> str:
    field = f"answer-{question.public_id}"
    answer = _clean(question.kind, text, field)
    if question.required and not answer:
        raise InvalidInput(field, _missing(question.kind))
    if not answer:
        return ""
    if question.kind is QuestionKind.NUMBER:
        return _check_number(answer, field)
    if question.kind is QuestionKind.DATE:
        return _check_date(answer, field)
    return _check_choice(question, answer, field)


def _clean(kind: QuestionKind, text: str, field: str) -> str:
    if kind is QuestionKind.LONG_TEXT:
        return clean_text(text, field)
    return clean_line(text, field, MAX_ANSWERS) if kind is QuestionKind.SEVERAL else clean_line(text, field)


def _missing(kind: QuestionKind) -> str:
    if kind is QuestionKind.AGREE:
        return _("Please tick this box; without it this cannot be booked.")
    return _("Please answer this question.")


def _check_number(answer: str, field: str) -> str:
    if not _NUMBER.fullmatch(answer):
        raise InvalidInput(field, _("Please give a number, such as 12 or 1.5."))
    return answer.replace(",", ".")


def _check_date(answer: str, field: str) -> str:
    try:
        if not _DATE.fullmatch(answer):
            raise ValueError(answer)
        return date.fromisoformat(answer).isoformat()
    except ValueError as error:
        raise InvalidInput(field, _("Please give a date as year-month-day, such as 2027-03-28.")) from error


def _check_choice(question: Question, answer: str, field: str) -> str:
    """Return an answer that is among those offered, several of them in the order in which they are offered."""
    options = options_of(question)
    if not options:
        return answer
    given = answer.split(BETWEEN) if question.kind is QuestionKind.SEVERAL else [answer]
    if not set(given) <= set(options):
        raise InvalidInput(field, _("Please choose one of the answers offered."))
    return join_answers(one for one in options if one in given)


def join_answers(answers: Iterable[str]) -> str:
    """Return several answers to one question as they are kept."""
    return BETWEEN.join(answers)
