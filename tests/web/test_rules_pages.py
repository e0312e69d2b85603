"""The pages "Rules": a press reminds, a rule is previewed and saved, and what is wrong loses nothing typed."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.operations.setup.workflow import list_rules
from app.storage.store import Store
from tests.operations.setup_cast import context_of
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import practice, words

LIST, NEW = "/setup/rules", "/setup/rules/new"
TYPED = {
    "name": "Tell the lab",
    "active": "1",
    "trigger": "cancelled",
    "to_client": "1",
    "addresses": "lab@example.org",
    "subject": "Cancelled: {service}",
    "text": "{greeting}\n\n{details}",
}


@pytest.fixture
def admin(sign_in: SignIn, store: Store) -> Browser:
    practice(store)
    return sign_in(ReadyMade.ADMINISTRATOR)


def test_one_press_lets_clients_be_reminded_and_the_list_says_so(admin: Browser) -> None:
    assert "There are no rules yet." in words(admin.get(LIST).text)
    assert admin.submit("/setup/rules/remind", {}).status_code == 302
    page = words(admin.get(LIST).text)
    assert "1 day before a booking begins, then write to the client. Acted 0 times in the last 30 days" in page
    assert "Makes a rule that you can change" not in page


def test_rule_is_previewed_saved_and_opened_again(admin: Browser, store: Store) -> None:
    seen = words(admin.submit(NEW, {**TYPED, "action": "preview"}).text)
    assert "When a booking is cancelled, then write to the client, lab@example.org." in seen
    assert list_rules(context_of(store)) == []
    assert admin.submit(NEW, {**TYPED, "action": "save"}).status_code == 302
    rule = list_rules(context_of(store))[0]
    page = admin.get(f"{LIST}/{rule.public_id}").text
    assert ('value="Cancelled: {service}"' in page, "lab@example.org</textarea>" in page) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"trigger": "before_start"}, "Please say how long before or after."),
        ({"trigger": "before_start", "minutes": "soon"}, "Please give a whole number"),
        ({"text": "Dear {clint}"}, "There is no {clint}; did you mean {client}?"),
        ({"less_than_hours": "2", "more_than_hours": "3"}, "No booking is both"),
    ],
)
def test_wrong_rule_is_told_at_the_field_and_loses_nothing(admin: Browser, wrong: dict[str, str], told: str) -> None:
    answer = admin.submit(NEW, {**TYPED, **wrong, "action": "save"})
    page = words(answer.text)
    assert (answer.status_code, told in page, 'value="Tell the lab"' in answer.text) == (422, True, True)


def test_second_of_two_who_edit_is_told_and_may_go_on(admin: Browser, store: Store) -> None:
    admin.submit(NEW, {**TYPED, "action": "save"})
    rule = list_rules(context_of(store))[0]
    path = f"{LIST}/{rule.public_id}"
    assert admin.submit(path, {**TYPED, "version": "1", "action": "save"}).status_code == 302
    answer = admin.submit(path, {**TYPED, "version": "1", "text": "Other", "action": "save"})
    assert (answer.status_code, "Somebody else saved this" in answer.text, "Other</textarea>" in answer.text) == (
        409,
        True,
        True,
    )
    assert admin.submit(f"{path}/remove", {}).status_code == 302
    assert list_rules(context_of(store)) == []


ASKS = {
    **{name: TYPED[name] for name in ("name", "active")},
    **{"trigger": "booked", "asks_approval": "1", "step1_who": "anybody", "step1_on_timeout": "decline"},
    **{"step1_minutes": "2", "step1_minutes_unit": "days", "less_than_hours": "24"},
}
SENTENCE = (
    "When a booking is made (less than 1 day before it begins), then ask anybody who may approve it for approval."
)


def test_rule_that_asks_for_approval_is_previewed_saved_and_opened_again(admin: Browser, store: Store) -> None:
    assert SENTENCE in words(admin.submit(NEW, {**ASKS, "action": "preview"}).text)
    assert admin.submit(NEW, {**ASKS, "action": "save"}).status_code == 302
    assert SENTENCE in words(admin.get(LIST).text)
    page = admin.get(f"{LIST}/{list_rules(context_of(store))[0].public_id}").text
    assert ('name="asks_approval" value="1" checked' in page, "The mail<" in page) == (True, True)
    wrong = admin.submit(NEW, {**ASKS, "step1_who": "named", "action": "save"})
    assert (wrong.status_code, "Please choose at least one user or group." in wrong.text) == (422, True)
    wrong = admin.submit(NEW, {**ASKS, "trigger": "moved", "action": "save"})
    assert "Approval can be asked for only when a booking is made" in words(wrong.text)


def test_manager_is_told_at_the_question_who_may_let_a_rule_depend_on_answers(sign_in: SignIn, store: Store) -> None:
    practice(store)
    manager = sign_in(ReadyMade.MANAGER)
    said = "Only who may see everybody's answers can set up a rule that depends on one."
    typed = {**TYPED, "addresses": "", "question": "first-visit", "answers": "yes"}
    answers = [manager.submit(NEW, {**typed, "action": action}) for action in ("preview", "save")]
    assert [words(one.text).count(said) for one in (manager.get(NEW), *answers)] == [
        1,
        2,
        4,
    ]  # as help, in the preview, above and beside the field
    assert (answers[1].status_code, 'value="Tell the lab"' in answers[1].text) == (422, True)
    assert list_rules(context_of(store)) == []
