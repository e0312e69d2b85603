"""What the site looks like: stored, changed by one at a time, known to every process, worn by letters and calendars."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import icalendar
import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound, Refusal, StaleVersion
from app.look.look import Look
from app.look.words import OWN
from app.operations.accounts.second_factor import begin_authenticator
from app.operations.book import book
from app.operations.calendars.feeds import save_feed, write_calendar
from app.operations.context import Context
from app.operations.flat_file import MOST_LETTERS, FlatFileError
from app.operations.letters.deliver import Courier, deliver_next
from app.operations.look import check_draft, get_logo, get_look, latest_look, look_of, own_words, save_look
from app.operations.look_file import read_file, write_file
from app.operations.rights import actor_of
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from app.storage.tables import Setting, User
from app.texts import _, using_words
from tests.cast import one_provider
from tests.integrations.mail_server import Postbox
from tests.keys import open_store
from tests.operations.helpers import system, visitor, wish
from tests.operations.letter_helpers import HEAD, letters
from tests.operations.setup_cast import context_of
from tests.unit.look.test_logo import PNG, svg

TEXTS = {
    "name": "Praxis: »Süd«, no'1 #2",
    "colour": "#ffee00",
    "typeface": "serif",
    "word": OWN,
    "english_one": "no",
    "english_many": "off",
    "title_de": "Willkommen bei {name}",
    "introduction_en": "First line: # no comment\n\n  - third\tline",
    "footer": "0",
    "imprint": "https://example.org/a?b=c#d",
    "link": "/",
    "link_label": "null",
}
"""What YAML could take for something else."""

UNMARKED = "The file must have the line eigenplan_look: 1, by which it is known."


def test_look_is_saved_and_known_to_every_process(store: Store, database_url: str) -> None:
    other = open_store(database_url)
    assert (get_look(context_of(store)).version, latest_look(other)) == (0, Look())
    draft = check_draft({"name": "Practice", "word": "patient"}, PNG)
    save_look(context_of(store), draft, 0)
    saved = get_look(context_of(store))
    assert (saved.look, saved.logo, saved.version) == (draft.look, PNG, 1)
    assert (latest_look(other), latest_look(store), look_of(context_of(store))) == (draft.look,) * 3
    assert get_logo(other, draft.look.logo) == PNG
    with pytest.raises(NotFound):
        get_logo(other, "0123456789abcdef.png")
    save_look(context_of(store), check_draft({}, b""), 1)
    assert (latest_look(other), latest_look(other, ask=False), get_look(context_of(store)).version) == (
        Look(),
        Look(),
        2,
    )
    other.close()


def test_change_of_the_look_is_in_the_audit_log(store: Store) -> None:
    save_look(context_of(store), check_draft({"name": "Practice"}, b""), 0)
    save_look(context_of(store), check_draft({"name": "Practice", "word": "guest", "title_en": "Hello"}, b""), 1)
    save_look(context_of(store), check_draft({"name": "Practice", "word": "guest", "title_en": "Hello"}, b""), 2)
    entries = AuditEntry.select().order_by(AuditEntry.id)
    told = [(row.action, row.kind, json.loads(row.before), json.loads(row.after)) for row in entries]
    assert told == [
        ("made", "look", {}, {"name": "Practice", "word": "client"}),
        ("changed", "look", {"word": "client"}, {"word": "guest", "title": {"en": "Hello"}}),
    ]


def test_look_is_changed_by_whoever_manages_settings_of_everything(store: Store) -> None:
    draft = check_draft({"name": "Mine"}, b"")
    for role in (ReadyMade.FRONT_DESK, ReadyMade.PROVIDER, ReadyMade.AUDITOR, ReadyMade.VIEWER):
        with pytest.raises(NotAllowed):
            save_look(context_of(store, role), draft, 0)
        with pytest.raises(NotAllowed):
            get_look(context_of(store, role))
    assert Setting.select().count() == 0


def test_look_with_anything_wrong_changes_nothing(store: Store) -> None:
    draft = check_draft({"colour": "yellow", "footer": "{"}, svg("<script/>"))
    assert list(draft.problems) == ["colour", "footer", "logo"]
    with pytest.raises(InvalidInput):
        save_look(context_of(store), draft, 0)
    assert (latest_look(store), Setting.select().count()) == (Look(), 0)


def test_of_two_editors_one_is_told(store: Store) -> None:
    save_look(context_of(store), check_draft({"name": "Before"}, b""), 0)
    barrier = Barrier(2)

    def rename(name: str) -> type[Refusal] | None:
        barrier.wait()
        try:
            save_look(context_of(store), check_draft({"name": name}, b""), 1)
        except Refusal as refusal:
            return type(refusal)
        finally:
            store.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        refused = list(pool.map(rename, ("First", "Second")))
    assert sorted(refused, key=str) == sorted([None, StaleVersion], key=str)
    assert latest_look(store).name == ("First", "Second")[refused.index(None)]


def test_file_gives_back_what_was_written(store: Store) -> None:
    for logo in (b"", PNG, svg('<path d="M0 0h9v9z"/>')):
        draft = check_draft(TEXTS, logo)
        again = read_file(write_file(draft.look, logo))
        assert (draft.problems, again.look, again.logo) == ({}, draft.look, logo)
    save_look(context_of(store), again, 0)
    assert write_file(get_look(context_of(store)).look, logo) == write_file(again.look, logo)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["Line 1: The file must have lines such as: name: Our name"]),
        ("- a\n- b", ["Line 1: The file must have lines such as: name: Our name"]),
        ("name: Us\n", [f"Line 1: {UNMARKED}"]),
        (
            "name: Us\neigenplan_look: 2\n",
            [f"Line 2: {UNMARKED}"],
        ),
        ("eigenplan_look: 1\nname: 'Us\n", ["Line 3: This is no YAML: a sign is missing or too much here."]),
        ("eigenplan_look: 1\n\x07", ["Line 1: This is no YAML; it holds signs that no text has."]),
        (
            "eigenplan_look: 1\nname: [a, b]\n",
            ["Line 2: Each field must have one text, no list and no fields of its own."],
        ),
        (
            "eigenplan_look: 1\nname: " + "[" * 100_000,
            ["Line 2: Each field must have one text, no list and no fields of its own."],
        ),
        (
            "eigenplan_look: 1\nname: &a Us\nfooter: *a\n",
            ["Line 3: Each field must have one text, no list and no fields of its own."],
        ),
        (
            "eigenplan_look: 1\n---\nname: Us\n",
            ["Line 3: Each field must have one text, no list and no fields of its own."],
        ),
        ("eigenplan_look: 1\nname: a\nname: b\n", ["Line 3: The field name stands here for the second time."]),
        (
            "eigenplan_look: 1\ncolr: a\n\ncolour: yellow\nlogo: '?'\nfooter: '{'\n",
            [
                "Line 2: There is no field called colr.",
                "Line 4: Please give a colour as # with three or six digits from 0 to f, such as #1f6f5c.",
                "Line 5: The logo must be a picture in Base64.",
                "Line 6: Only {name} may stand in braces, in place of the site's name; please check them.",
            ],
        ),
        ("eigenplan_look: 1\nlogo: bm8=\n", ["Line 2: Please choose a picture: PNG, JPEG, WebP or SVG."]),
        (
            "eigenplan_look: 1\nlink: /\n",
            ["Line 1: link_label: Please give both the words of the link and where it leads, or neither."],
        ),
        ("x" * (MOST_LETTERS + 1), ["This file is too long."]),
    ],
)
def test_broken_file_is_told_line_by_line(text: str, problems: list[str]) -> None:
    with pytest.raises(FlatFileError) as refused:
        read_file(text)
    assert refused.value.problems == problems


def test_letters_and_their_calendar_entries_carry_the_name(store: Store, courier: Courier, postbox: Postbox) -> None:
    cast = one_provider(store)
    save_look(context_of(store), check_draft({"name": "Praxis Süd, Wien"}, b""), 0)
    book(visitor(cast), wish(cast))
    attachment = letters(cast)["confirmed"].attachment
    assert attachment is not None
    entry = icalendar.Calendar.from_ical(attachment.content).walk("VEVENT")[0]
    assert entry["ORGANIZER"].params["CN"] == "Praxis Süd, Wien"
    assert deliver_next(system(cast), courier, lambda: cast.now)
    sender = postbox.mails[0]["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Praxis Süd, Wien", "centre@example.org")


def test_feeds_and_authenticator_apps_carry_the_name(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: cast.user("Root", ReadyMade.ADMINISTRATOR))
    save_look(context_of(store), check_draft({"name": "Our House"}, b""), 0)
    context = Context(store, store.read(lambda: actor_of(User.get(User.name == "Root"))), cast.now)
    assert "issuer=Our%20House" in begin_authenticator(context, b"a secret of the tests, long enough").uri
    calendar = icalendar.Calendar.from_ical(write_calendar(context, save_feed(context, with_clients=False), HEAD))
    assert calendar["X-WR-CALNAME"] == "Root, Our House"


def test_words_are_those_of_the_set_up_and_cost_nothing_elsewhere(store: Store) -> None:
    save_look(context_of(store), check_draft({"word": "guest"}, b""), 0)
    context = context_of(store)
    with using_words(own_words(context)):
        first = (_("Search"), context.seen)
        assert (first, _("Clients"), context.seen is None) == (("Search", None), "Guests", False)
