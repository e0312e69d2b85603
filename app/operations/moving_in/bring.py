"""Bringing in what a spreadsheet names: looked through first, then every line that is right; the others stay behind.

What is there already is left alone, so the same lines may be brought in again after some of them were mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import check_email, check_phone, clean_line, clean_text
from app.booking.refusals import InvalidInput
from app.booking.values import ResourceKind
from app.booking.words import sentence
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.clients.booking_clients import MAX_NAME
from app.operations.clients.client_records import MAX_NOTES
from app.operations.context import Context
from app.operations.moving_in.sheet import Row, read_sheet, write_sheet
from app.operations.saving import check_zone
from app.operations.setup.resources import ResourceDraft, save_resource
from app.storage import clients
from app.storage.public_ids import new_public_id
from app.storage.tables import Location, Resource
from app.texts import _, mark

EVERYTHING = Target()
"""A question about this is one about all there is: an empty target lies in no part."""

BATCH = 100
"""So many lines become one transaction, so that nobody else has to wait for long."""


class What(StrEnum):
    """What the lines are."""

    CLIENTS = "clients"
    RESOURCES = "resources"


class State(StrEnum):
    """What is to become of a line."""

    NEW = "new"
    KNOWN = "known"
    WRONG = "wrong"


PERMISSIONS: Mapping[What, Permission] = {
    What.CLIENTS: Permission.EDIT_CLIENTS,
    What.RESOURCES: Permission.MANAGE_RESOURCES,
}

COLUMNS: Mapping[What, Mapping[str, tuple[str, ...]]] = {
    What.CLIENTS: {
        "name": (mark("name"), "full name", "client", "patient", "kunde", "vollständiger name"),
        "first": (mark("first name"), "given name", "vorname"),
        "last": (mark("last name"), "family name", "surname", "nachname", "familienname"),
        "email": (mark("mail"), "e mail", "email", "mail address", "email address", "e mail address", "e mail adresse"),
        "phone": (mark("phone"), "telephone", "phone number", "mobile", "telefon", "telefonnummer", "mobil", "handy"),
        "notes": (mark("notes"), "note", "comment", "notizen", "notiz", "bemerkung", "bemerkungen"),
    },
    What.RESOURCES: {
        "name": (mark("name"), "bezeichnung"),
        "kind": (mark("kind"), "type", "art", "typ"),
        "location": (mark("location"), "place", "site", "standort", "ort"),
        "tzid": (mark("time zone"), "timezone", "zeitzone"),
    },
}
NEEDED: Mapping[What, tuple[tuple[str, ...], ...]] = {
    What.CLIENTS: (("name", "email"), ("first", "last", "email"), ("last", "email")),
    What.RESOURCES: (("name", "kind"),),
}
KINDS: Mapping[str, ResourceKind] = {
    **dict.fromkeys(("person", "people", "staff", "mitarbeiter", "mitarbeiterin"), ResourceKind.PERSON),
    **dict.fromkeys(("room", "raum", "zimmer"), ResourceKind.ROOM),
    **dict.fromkeys(("device", "equipment", "gerät", "geraet"), ResourceKind.DEVICE),
}
FIELD_WORDS: Mapping[str, str] = {
    "name": mark("Name"),
    "email": mark("Email"),
    "phone": mark("Phone"),
    "notes": mark("Notes"),
    "tzid": mark("Zone"),
}

Draft = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was looked through: what it says, what is to become of it, and why not."""

    row: Row
    draft: Draft
    state: State
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """All lines of a text, or one sentence why it cannot be read; ``unknown``: headings that nothing is known by."""

    lines: tuple[Line, ...] = ()
    unknown: tuple[str, ...] = ()
    problem: str = ""
    header: tuple[str, ...] = ()

    def count(self, state: State) -> int:
        """Return how many lines are of a state."""
        return sum(line.state is state for line in self.lines)


@dataclass(frozen=True, slots=True)
class Brought:
    """How many were brought in and how many were there already; ``rest``: the lines that are wrong, as a text."""

    new: int
    known: int
    rest: str


def kinds_for(context: Context) -> list[What]:
    """Return what the actor may bring in, which takes the right for everything.

    Raises:
        NotAllowed: nothing.
    """
    found = [what for what, permission in PERMISSIONS.items() if context.may(permission, EVERYTHING)]
    if not found:
        context.require(Permission.MANAGE_RESOURCES, EVERYTHING)
    return found


def look_through(context: Context, what: What, text: str, tzid: str) -> Preview:
    """Say of each line what would become of it; nothing is written.

    Args:
        context: who brings it in, and when.
        what: what the lines are.
        text: as it was pasted.
        tzid: the zone of people and things that name neither zone nor place.

    Raises:
        NotAllowed: also for lines with notes, to somebody who may not see them.
    """
    context.require(PERMISSIONS[what], EVERYTHING)
    sheet = read_sheet(text, COLUMNS[what], NEEDED[what])
    if any(row.fields.get("notes") for row in sheet.rows):
        context.require(Permission.SEE_CONFIDENTIAL, EVERYTHING)
    check = _clients(context) if what is What.CLIENTS else _resources(context, tzid)
    lines = context.store.read(lambda: tuple(_look_through_all(check, sheet.rows)))
    return Preview(lines, sheet.unknown, sheet.problem, sheet.header)


def bring_in(context: Context, what: What, text: str, tzid: str) -> Brought:
    """Bring in every line that is right and new.

    Raises:
        InvalidInput: the text cannot be read. NotAllowed, Unavailable: what was brought in before stays.
    """
    preview = look_through(context, what, text, tzid)
    if preview.problem:
        raise InvalidInput("text", preview.problem)
    new = [line for line in preview.lines if line.state is State.NEW]
    wrong = [line.row for line in preview.lines if line.state is State.WRONG]
    count = sum(_bring(context, _ADD[what], new[start : start + BATCH]) for start in range(0, len(new), BATCH))
    return Brought(count, preview.count(State.KNOWN) + len(new) - count, write_sheet(preview.header, wrong))


Check = Callable[[Row], tuple[Draft, tuple[str, ...], bool]]
"""Gives of a line what it says, by what it is known, and whether that is there; raises InvalidInput."""


def _look_through_all(check: Check, rows: Sequence[Row]) -> Iterator[Line]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        try:
            draft, key, is_known = check(row)
        except InvalidInput as refusal:
            yield Line(row, row.fields, State.WRONG, _words(refusal))
            continue
        if key in seen:
            yield Line(
                row,
                draft,
                State.WRONG,
                _("Line {number} says the same; please take one of them out.", number=seen[key]),
            )
            continue
        seen[key] = row.number
        yield Line(row, draft, State.KNOWN if is_known else State.NEW)


def _words(refusal: InvalidInput) -> str:
    field = FIELD_WORDS.get(refusal.field or "", "")
    said = sentence(refusal, "UTC")
    return f"{_(field)}: {said}" if field else said


def _clients(context: Context) -> Check:
    def check(row: Row) -> tuple[Draft, tuple[str, ...], bool]:
        given = row.fields
        whole = given.get("name") or f"{given.get('first', '')} {given.get('last', '')}"
        draft = {
            "name": clean_line(whole, "name", MAX_NAME, required=True),
            "email": check_email(given.get("email", ""), "email"),
            "phone": check_phone(given.get("phone", ""), "phone"),
            "notes": clean_text(given.get("notes", ""), "notes", MAX_NOTES),
        }
        is_known = clients.find_by_mail_and_name(draft["email"], draft["name"]) is not None
        return draft, (draft["email"], draft["name"]), is_known

    return check


def _bring(context: Context, add: Add, lines: Sequence[Line]) -> int:
    """Bring in some lines in one transaction and return how many were new.

    Its first step locks what all set-up edits lock, so that of two at once the second finds what the first has added.
    """

    def work() -> int:
        context.store.bump_catalog()
        return sum(add(context, line.draft) for line in lines)

    return context.store.write(work)


def _add_client(context: Context, draft: Draft) -> bool:
    if clients.find_by_mail_and_name(draft["email"], draft["name"]) is not None:
        return False
    public_id = new_public_id()
    stamps = {"public_id": public_id, "version": 1, "created_at": context.now, "changed_at": context.now}
    clients.add_client({**stamps, "tzid": "", **draft})
    given = {name: MASKED for name, text in draft.items() if text}
    record(context, Action.MADE, Subject(Kind.CLIENT, public_id), Change(after=given))
    return True


def _resources(context: Context, tzid: str) -> Check:
    places = {row.name.casefold(): row for row in Location.select()}
    names = {name for (name,) in Resource.select(Resource.name).tuples()}

    def check(row: Row) -> tuple[Draft, tuple[str, ...], bool]:
        given = row.fields
        name = clean_line(given["name"], "name", MAX_NAME, required=True)
        kind = KINDS.get(given["kind"].casefold())
        if kind is None:
            raise InvalidInput("kind", _("Please write person, room or device in the column for the kind."))
        place = places.get(given.get("location", "").casefold())
        if place is None and given.get("location"):
            problem = _("There is no location called {location}; please add it first.", location=given["location"])
            raise InvalidInput("location", problem)
        if place is None and kind is ResourceKind.ROOM:
            raise InvalidInput("location", _("A room is at one location; please name it."))
        zone = check_zone(given.get("tzid") or (place.tzid if place else tzid))
        draft = {"name": name, "kind": kind.value, "tzid": zone, "location": place.name if place else ""}
        return draft, (name,), name in names

    return check


def _add_resource(context: Context, draft: Draft) -> bool:
    if Resource.select().where(Resource.name == draft["name"]).exists():
        return False
    place = Location.get_or_none(Location.name == draft["location"]) if draft["location"] else None
    location = None if place is None else str(place.public_id)
    save_resource(context, ResourceDraft(draft["name"], draft["kind"], draft["tzid"], location))
    return True


Add = Callable[[Context, Draft], bool]
"""Adds what a line says, unless it was added since it was looked through; says whether it did."""

_ADD: Mapping[What, Add] = {What.CLIENTS: _add_client, What.RESOURCES: _add_resource}
