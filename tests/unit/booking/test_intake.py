"""Intake questions: which are asked, and what their answers may say."""

from __future__ import annotations

import pytest

from app.booking.intake import check_answers, is_asked, options_of
from app.booking.refusals import InvalidInput
from app.booking.values import Condition, Question, QuestionKind

CONTROL = "Please remove the control characters; plain text is fine."
DAY = "Please give a date as year-month-day, such as 2027-03-28."
OFFERED = "Please choose one of the answers offered."

QUESTIONS = (
    Question("q1", "Why?", QuestionKind.LONG_TEXT),
    Question("q2", "Which?", QuestionKind.CHOICE, required=True, choices=("left", "right")),
    Question("q3", "Sure?", QuestionKind.YES_NO),
    Question("q4", "Who?", QuestionKind.TEXT),
)


def test_answers_are_kept_by_question_and_others_dropped() -> None:
    given = {"q1": "a\nb", "q2": "left", "q3": "yes", "q4": "", "q9": "x"}

    assert check_answers(QUESTIONS, given) == {"q1": "a\nb", "q2": "left", "q3": "yes"}


@pytest.mark.parametrize(
    ("given", "field", "problem"),
    [
        ({}, "answer-q2", "Please answer this question."),
        ({"q2": "up"}, "answer-q2", OFFERED),
        ({"q2": "left", "q3": "maybe"}, "answer-q3", OFFERED),
        ({"q2": "left", "q4": "a\nb"}, "answer-q4", CONTROL),
    ],
)
def test_answers_refused(given: dict[str, str], field: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_answers(QUESTIONS, given)
    assert caught.value == InvalidInput(field, problem)


KINDS = (
    Question("n", "How many?", QuestionKind.NUMBER),
    Question("d", "Since when?", QuestionKind.DATE),
    Question("s", "Where?", QuestionKind.SEVERAL, choices=("neck", "back", "knee")),
    Question("a", "I agree.", QuestionKind.AGREE),
)


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("n", " 12 ", "12"),
        ("n", "-1,50", "-1.50"),
        ("d", "2027-03-28", "2027-03-28"),
        ("s", "knee; neck", "neck; knee"),
        ("s", "back; back", "back"),
        ("a", "yes", "yes"),
    ],
)
def test_answer_is_kept_in_one_form(key: str, typed: str, kept: str) -> None:
    assert check_answers(KINDS, {key: typed}) == {key: kept}


@pytest.mark.parametrize(
    ("key", "typed", "problem"),
    [
        ("n", "a dozen", "Please give a number, such as 12 or 1.5."),
        ("n", "1e5", "Please give a number, such as 12 or 1.5."),
        ("n", "٣", "Please give a number, such as 12 or 1.5."),
        ("d", "28.3.2027", DAY),
        ("d", "20270328", DAY),
        ("d", "2027-02-30", DAY),
        ("s", "neck; nose", OFFERED),
        ("s", "neck\nback", CONTROL),
        ("a", "no", OFFERED),
    ],
)
def test_answer_of_another_kind_is_refused(key: str, typed: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_answers(KINDS, {key: typed})
    assert caught.value == InvalidInput(f"answer-{key}", problem)


def test_box_that_has_to_be_ticked_says_so() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_answers((Question("a", "I agree.", QuestionKind.AGREE, required=True),), {"a": ""})
    assert caught.value == InvalidInput("answer-a", "Please tick this box; without it this cannot be booked.")


def test_answers_to_choose_from() -> None:
    assert [options_of(one) for one in KINDS] == [(), (), ("neck", "back", "knee"), ("yes",)]
    assert options_of(Question("y", "Sure?", QuestionKind.YES_NO)) == ("yes", "no")


CHAIN = (
    Question("first", "First visit?", QuestionKind.YES_NO),
    Question("last", "Last visit?", QuestionKind.DATE, required=True, only_if=Condition("first", ("no",))),
    Question("sore", "Where?", QuestionKind.SEVERAL, choices=("neck", "knee"), only_if=Condition("first", ("yes",))),
    Question("fall", "Fallen?", QuestionKind.TEXT, required=True, only_if=Condition("sore", ("knee", "hip"))),
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, {}),
        ({"last": "2027-03-28", "fall": "yes"}, {}),
        ({"first": "no", "last": "2027-03-28"}, {"first": "no", "last": "2027-03-28"}),
        ({"first": "no", "last": "2027-03-28", "sore": "knee", "fall": "x"}, {"first": "no", "last": "2027-03-28"}),
        ({"first": "yes", "last": "", "sore": "neck", "fall": "x"}, {"first": "yes", "sore": "neck"}),
        ({"first": "yes", "sore": "neck; knee", "fall": "x"}, {"first": "yes", "sore": "neck; knee", "fall": "x"}),
    ],
)
def test_only_what_is_asked_is_required_and_kept(given: dict[str, str], kept: dict[str, str]) -> None:
    assert check_answers(CHAIN, given) == kept


@pytest.mark.parametrize(
    ("given", "field"),
    [({"first": "no"}, "answer-last"), ({"first": "yes", "sore": "knee"}, "answer-fall")],
)
def test_what_is_asked_after_all_must_be_answered(given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_answers(CHAIN, given)
    assert caught.value == InvalidInput(field, "Please answer this question.")


def test_question_is_asked_after_the_answer_that_it_waits_for() -> None:
    asked = [[is_asked(one, answers) for one in CHAIN] for answers in ({}, {"first": "no"}, {"sore": "neck; knee"})]
    assert asked == [[True, False, False, False], [True, True, False, False], [True, False, False, True]]
