"""Help: the list of guides, the search, one guide, and the parts that the panel shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.access.permissions import ReadyMade
from app.web.help.fitting import TOPICS
from app.web.help.settings import FORMS, read_settings
from app.web.help.tours import TOURS
from tests.cast import Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import words

TEMPLATES = Path(__file__).parents[2] / "app/web/templates/setup"


def titles(page: str) -> list[str]:
    """The guides that a page lists, in its order."""
    found = re.findall(r'<a href="/help/([\w-]+)', page.partition('id="help-found"')[2])
    return [one for one in found if one != "settings"]


def test_guides_about_the_page_come_first_then_those_of_the_role(desk: Browser) -> None:
    page = desk.get("/help/?page=find.show").text
    said, groups = words(page), ("About the page that you come from", "For what you may do", "What others do")
    assert titles(page)[:2] == ["find-a-time", "first-steps"]
    assert sorted(titles(page)) == sorted(topic.slug for topic in TOPICS)
    assert [said.index(one) for one in groups] == sorted(said.index(one) for one in groups)
    assert titles(page).index("waiting-list") < titles(page).index("audit-log")


def test_search_finds_marks_and_keeps_the_page(desk: Browser) -> None:
    page = desk.get("/help/?page=today.index&q=undo").text
    assert titles(page)[0] == "moving-and-cancelling"
    assert '<a href="/help/moving-and-cancelling?page=today.index#part-3">Moving and cancelling: Undoing</a>' in page
    assert "<mark>Undo</mark>" in page


@pytest.mark.parametrize("typed", ["<zzz>", "%", "x" * 5000])
def test_search_without_a_hit_says_what_to_try_and_lists_all(desk: Browser, typed: str) -> None:
    page = desk.get("/help/", query_string={"q": typed}).text
    assert "No guide has these words." in page
    assert len(titles(page)) == len(TOPICS)
    assert "<zzz>" not in page


def test_guide_is_shown_whole_or_as_a_part_for_the_panel(desk: Browser) -> None:
    whole, part = desk.get("/help/requests").text, desk.get("/help/requests?part=1").text
    assert ("<html" in whole, "<html" in part) == (True, False)
    assert ("Requests and approvals" in words(whole), "Requests and approvals" in words(part)) == (True, True)
    assert '<h2 id="part-1" tabindex="-1">Deciding</h2>' in part


@pytest.mark.parametrize("name", ["nothing", "..%2Fguides", "first-steps.md"])
def test_guide_that_there_is_not_is_not_found(desk: Browser, name: str) -> None:
    assert desk.get(f"/help/{name}").status_code == 404


def test_guides_speak_the_language_of_the_reader(desk: Browser) -> None:
    page = words(desk.get("/help/clients", headers={"Accept-Language": "de"}).text)
    assert "Kundschaft und vertrauliche Angaben" in page


@pytest.mark.usefixtures("cast")
def test_guides_say_the_word_of_the_site(sign_in: SignIn) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    admin.submit("/setup/look", {"action": "apply", "version": "0", "word": "patient"})
    page = words(admin.get("/help/clients").text)
    assert ("Patients and confidential details" in page, "lient" in page) == (True, False)


@pytest.mark.parametrize("role", [ReadyMade.VIEWER, ReadyMade.AUDITOR])
def test_every_page_of_staff_leads_to_its_help(sign_in: SignIn, cast: Cast, role: ReadyMade) -> None:
    assert cast.ids
    page = sign_in(role).get("/account/").text
    assert 'id="help-open" href="/help/?page=account.index"' in page


def test_beginnings_of_endpoints_name_endpoints_that_there_are(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    pages = {page for topic in TOPICS for page in topic.pages if not page.startswith("setup.")}
    assert [page for page in pages if not any(one.startswith(page) for one in known)] == []


def test_pages_of_visitors_have_no_help_for_staff(app: Flask) -> None:
    assert "help-open" not in app.test_client().get("/").text


def test_every_setting_has_its_sentence(app: Flask) -> None:
    with app.test_request_context():
        found = [(slug, one.name, one.help) for slug, *_rest in FORMS for one in read_settings(slug)]
    assert [(slug, name) for slug, name, sentences in found if not sentences] == []
    assert len(found) > 90


@pytest.mark.usefixtures("cast")
def test_settings_say_what_the_forms_say(sign_in: SignIn) -> None:
    admin = sign_in(ReadyMade.ADMINISTRATOR)
    page = words(admin.get("/help/settings").text)
    for path in ("/setup/services/new", "/setup/roles/new", "/setup/look", "/setup/share", "/setup/time-off/new"):
        sentences = re.findall(r'class="form-text" id="field-[\w-]+-help">([^<]*)<', admin.get(path).text)
        assert sentences
        assert [one for one in sentences if words(one) not in page] == []


def test_settings_lead_into_the_set_up_only_where_it_opens(desk: Browser, sign_in: SignIn) -> None:
    page, admins = desk.get("/help/settings").text, sign_in(ReadyMade.ADMINISTRATOR).get("/help/settings").text
    assert ('href="/setup/services"' in page, 'href="/setup/services"' in admins) == (False, True)


def test_every_form_of_the_set_up_is_listed() -> None:
    forms = {path.stem for path in TEMPLATES.glob("*.html") if re.search(r"extends .setup/form.html", path.read_text())}
    assert forms - {slug for slug, *_rest in FORMS} == set()


@pytest.mark.parametrize(
    ("role", "path", "tour"),
    [
        (ReadyMade.ADMINISTRATOR, "/today/", "administrator"),
        (ReadyMade.MANAGER, "/today/", "manager"),
        (ReadyMade.PROVIDER, "/today/", "provider"),
        (ReadyMade.FRONT_DESK, "/today/", "front_desk"),
        (ReadyMade.VIEWER, "/calendar/day", "viewer"),
        (ReadyMade.AUDITOR, "/audit/", "auditor"),
    ],
)
def test_tour_is_offered_where_a_role_begins_and_begun_from_the_help(
    sign_in: SignIn, cast: Cast, role: ReadyMade, path: str, tour: str
) -> None:
    browser = sign_in(role, cast.rows["Ada"] if role is ReadyMade.PROVIDER else None)
    page = browser.get(path).text
    assert (f'data-tour="{tour}"' in page, " data-begin hidden" in page) == (True, False)
    assert f'href="{path}?tour=1"' in browser.get("/help/").text
    assert " data-begin hidden" in browser.get(f"{path}?tour=1").text
    assert 'id="tour"' not in browser.get("/account/").text


def test_tours_are_short_and_end_with_the_help() -> None:
    assert [tour.key for tour, _permission in TOURS if not 3 <= len(tour.stops) <= 6] == []
    assert {tour.stops[-1].target for tour, _permission in TOURS} == {"#help-open"}
