"""Labels on pages: made in the set-up, ticked on a booking, seen in its list, and said by rules."""

from __future__ import annotations

from app.access.permissions import ReadyMade
from app.operations.setup.labels import list_labels
from app.storage.store import Store
from tests.operations.setup_cast import context_of
from tests.web.conftest import SignIn
from tests.web.staff_cast import booked, practice, words


def test_label_is_made_ticked_on_a_booking_filtered_by_and_given_by_a_rule(sign_in: SignIn, store: Store) -> None:
    cast = practice(store)
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    assert "There are no labels yet." in admin.get("/setup/labels").text
    wrong = admin.submit("/setup/labels/new", {"name": "To call back", "hue": "blue", "action": "save"})
    assert (wrong.status_code, 'value="To call back"' in wrong.text) == (422, True)
    assert admin.submit("/setup/labels/new", {"name": "To call back", "hue": "2", "action": "save"}).status_code == 302
    label = list_labels(context_of(store))[0].public_id
    page = f"/bookings/{booked(cast)}"
    assert "Change labels" in admin.get(page).text
    assert admin.submit(f"{page}/labels", {"label": label}).status_code == 302
    assert '<span class="booking-label hue-2">To call back</span> </p>' in admin.get(page).text
    days = "first=2029-01-01&last=2031-12-31"
    found = admin.get(f"/bookings/?{days}&label={label}").text
    assert (found.count("booking-label hue-2"), found.count(f'href="{page}"')) == (1, 1)
    assert admin.submit(f"{page}/labels", {"shown": label}).status_code == 302
    assert "No bookings match this search." in admin.get(f"/bookings/?{days}&label={label}").text
    rule = {"name": "Mark it", "active": "1", "trigger": "booked", "labels_add": label}
    seen = words(admin.submit("/setup/rules/new", {**rule, "action": "preview"}).text)
    assert "When a booking is made, then give it “To call back”." in seen
    assert admin.submit("/setup/rules/new", {**rule, "action": "save"}).status_code == 302
    assert admin.submit(f"/setup/labels/{label}/remove", {}).status_code == 302
    assert "The rule Mark it uses this label" in admin.get("/setup/labels").text
