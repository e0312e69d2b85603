"""The pages "Start from an example": the list, what a preset would make, a file of one's own."""

from __future__ import annotations

from io import BytesIO

from app.access.permissions import ReadyMade
from app.operations.presets.files import preset_text
from app.storage.store import Store
from app.storage.tables import Location, Service
from tests.operations.setup_cast import add_location, context_of
from tests.web.conftest import SignIn
from tests.web.reading import Page

OWN = """eigenplan_preset: 1
name: Ours
places:
  house: {name: House}
rooms:
  red: {name: Red room}
services:
  talk: {name: Talk, durations: [30 minutes], takes: [red]}
"""
FORM = {"names": "de", "tzid": "Europe/Berlin"}


def test_preset_is_shown_before_it_is_set_up(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    assert "/setup/presets/clinic" in Page(browser.get("/setup/presets").text).links
    page = Page(browser.get("/setup/presets/clinic").text)
    assert "1 location Practice 5 people Doctor 1 Doctor 2" in page.text
    assert "5 services Consultation" in page.text
    assert Page(browser.submit("/setup/presets/clinic", FORM).text).text.count("Sprechstunde") == 3
    assert (Location.select().count(), Service.select().count()) == (0, 0)


def test_preset_is_set_up_by_one_press(sign_in: SignIn, store: Store) -> None:
    add_location(context_of(store), "Büro")
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    page = Page(browser.submit("/setup/presets/consultancy", FORM).text)
    assert "1 of 18 has the name of something that is here already; that is left as it is." in page.text
    answer = browser.submit("/setup/presets/consultancy", FORM | {"action": "apply"}, follow_redirects=True)
    made = "1 location, 3 people, 2 rooms, 1 pool, 4 services, 1 group, 1 label, 3 rules, Look and words"
    assert f"Set up: {made}." in answer.text
    assert "1 was there already and stays as it is." in answer.text
    assert "First talk" not in answer.text
    again = browser.submit("/setup/presets/consultancy", FORM | {"action": "apply"}, follow_redirects=True)
    assert "Everything of this was there already; nothing was changed." in again.text
    assert {row.tzid for row in Location.select()} == {"Europe/Berlin"}


def test_preset_with_a_wrong_zone_says_so_beside_the_field(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    answer = browser.submit("/setup/presets/clinic", {"names": "xx", "tzid": "Mars", "action": "apply"})
    page = Page(answer.text)
    assert (answer.status_code, list(page.errors), page.form("tzid").fields["tzid"]) == (422, ["tzid"], "Mars")


def test_file_of_ones_own_is_looked_through_and_set_up(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    file = (BytesIO(OWN.encode()), "ours.yml")
    page = Page(browser.submit("/setup/presets/own", FORM | {"file": file, "action": "preview"}).text)
    assert "1 service Talk" in page.text
    kept = page.form("text").fields["text"]
    assert (kept, Location.select().count()) == (OWN, 0)
    browser.submit("/setup/presets/own", FORM | {"text": kept, "action": "apply"})
    assert [row.name for row in Service.select()] == ["Talk"]


def test_file_with_mistakes_is_told_line_by_line_and_kept(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    wrong = OWN.replace("takes", "tekes")
    answer = browser.submit("/setup/presets/own", FORM | {"text": wrong, "action": "apply"})
    page = Page(answer.text)
    assert (answer.status_code, page.form("text").fields["text"]) == (422, wrong)
    assert "Line 8: “tekes” is not known here; did you mean “takes”?" in page.text
    latin = FORM | {"file": (BytesIO("name: Büro".encode("latin-1")), "b.yml")}
    assert "The file must be text in UTF-8." in browser.submit("/setup/presets/own", latin).text


def test_file_of_a_preset_can_be_downloaded(sign_in: SignIn) -> None:
    browser = sign_in(ReadyMade.ADMINISTRATOR)
    assert browser.get("/setup/presets/clinic.yml").text == preset_text("clinic")
    assert [browser.get(f"/setup/presets/{name}").status_code for name in ("none", "none.yml")] == [404, 404]
