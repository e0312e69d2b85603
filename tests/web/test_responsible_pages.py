"""Who is responsible, on pages: chosen on a booking, seen and found in its list, told by its history, set by rules."""

from __future__ import annotations

from app.access.permissions import ReadyMade
from app.operations.setup.labels import LabelDraft, save_label
from app.operations.setup.workflow import list_rules
from app.storage.store import Store
from tests.cast import HOUR, Cast
from tests.operations.setup_cast import context_of
from tests.web.conftest import SignIn
from tests.web.staff_cast import TEN, booked, practice, words

DAYS = "first=2029-01-01&last=2031-12-31"


def team(store: Store) -> Cast:
    """The practice with two accounts at the desk, and one that sees only busy times."""
    cast = practice(store)

    def fill() -> None:
        for name, role in (("Dora", "front_desk"), ("Emil", "front_desk"), ("Vera", "viewer")):
            cast.user(name, role)

    store.write(fill)
    return cast


def test_responsible_is_chosen_seen_found_and_told_and_a_wrong_choice_stays_chosen(
    sign_in: SignIn, store: Store
) -> None:
    cast = team(store)
    desk = sign_in(ReadyMade.FRONT_DESK)
    page, other = f"/bookings/{booked(cast)}", booked(cast, TEN + HOUR)
    assert 'name="responsible"' not in desk.get(f"/bookings/?{DAYS}").text
    assert ("Dora</option>" in desk.get(page).text, "Vera</option>" in desk.get(page).text) == (True, False)
    dora, emil = cast.ids["Dora"], cast.ids["Emil"]
    wrong = desk.submit(f"{page}/responsible", {"responsible": cast.ids["Vera"], "shown": ""})
    assert (wrong.status_code, "Vera may not see this booking" in wrong.text) == (422, True)
    assert desk.submit(f"{page}/responsible", {"responsible": dora, "shown": ""}).status_code == 302
    late = desk.submit(f"{page}/responsible", {"responsible": emil, "shown": ""})
    assert (late.status_code, f'<option value="{emil}" selected>' in late.text) == (409, True)
    assert "Somebody else changed this in the meantime" in late.text
    shown = words(desk.get(page).text)
    assert ("Responsible Dora" in shown, "Changed who is responsible" in shown) == (True, True)
    assert "responsible none became Dora" in shown
    listed = desk.get(f"/bookings/?{DAYS}&responsible={dora}").text
    assert ('<td data-label="Responsible">Dora</td>' in listed, listed.count('<td data-label="When">')) == (True, 1)
    assert f'<option value="{dora}" selected>' in listed
    nobodys = desk.get(f"/bookings/?{DAYS}&responsible=nobody").text
    assert (f"/bookings/{other}" in nobodys, nobodys.count('<td data-label="When">')) == (True, 1)
    assert "No bookings match this search." in desk.get(f"/bookings/?{DAYS}&responsible=mine").text


def test_rule_that_assigns_and_looks_at_labels_is_previewed_saved_and_opened_again(
    sign_in: SignIn, store: Store
) -> None:
    cast = team(store)
    label = save_label(context_of(store), LabelDraft("Urgent"))
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    typed = {"name": "Look after it", "active": "1", "trigger": "moved", "assigns": f"user:{cast.ids['Dora']}"}
    said = "(if it has one of the labels “Urgent”), then make Dora responsible (if nobody is)."
    typed["labels"] = label
    assert said in words(admin.submit("/setup/rules/new", {**typed, "action": "preview"}).text)
    assert admin.submit("/setup/rules/new", {**typed, "action": "save"}).status_code == 302
    assert said in words(admin.get("/setup/rules").text)
    page = admin.get(f"/setup/rules/{list_rules(context_of(store))[0].public_id}").text
    assert f'<option value="user:{cast.ids["Dora"]}" selected>Dora</option>' in page
    roles = {**typed, "name": "Other", "assigns": "role:front_desk", "without_labels": label, "labels": ""}
    seen = words(admin.submit("/setup/rules/new", {**roles, "action": "preview"}).text)
    assert "then make the least busy with the role Front desk responsible (if nobody is)." in seen
    for wrong, problem in (
        ({"assigns": "desk"}, "Please choose from the list."),
        ({"without_labels": label}, "No booking has a label and lacks it"),
    ):
        refused = admin.submit("/setup/rules/new", {**typed, "name": "Third", **wrong, "action": "save"})
        assert (refused.status_code, problem in words(refused.text), 'value="Third"' in refused.text) == (
            422,
            True,
            True,
        )
