"""Setting up what a preset asks for, by the same operations as the pages of the set-up, all of it or nothing.

It adds only: what has the same name here already is left as it is, and whatever of the preset needs it takes that. So a
preset may come twice, or from two people at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeVar

from app.access.grants import ScopeKind, Target
from app.access.permissions import Permission, all_of
from app.booking.values import ResourceKind
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.look import check_draft, get_look, save_look
from app.operations.presets.reading import question_draft
from app.operations.presets.rule_making import RuleMaker
from app.operations.presets.values import Group, Place, Preset, Service, Thing, Words, said
from app.operations.presets.values import Label as PresetLabel
from app.operations.presets.values import Pool as PresetPool
from app.operations.presets.values import Role as PresetRole
from app.operations.saving import check_zone, edit
from app.operations.setup.groups import GroupDraft, save_group
from app.operations.setup.hours import Owner, OwnerKind, save_weekly_hours
from app.operations.setup.labels import LabelDraft, save_label
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.roles import RoleDraft, save_role
from app.operations.setup.services import RequirementDraft, save_service
from app.storage.base import Record
from app.storage.label_tables import Label
from app.storage.rights_tables import Role, UserGroup
from app.storage.tables import Location, Pool, Resource
from app.storage.tables import Service as ServiceRow
from app.storage.workflow_tables import WorkflowRule


class Part(StrEnum):
    """The kinds of things that a preset makes, in the order in which they are made."""

    PLACE = "place"
    PERSON = "person"
    ROOM = "room"
    DEVICE = "device"
    POOL = "pool"
    SERVICE = "service"
    ROLE = "role"
    GROUP = "group"
    LABEL = "label"
    RULE = "rule"
    LOOK = "look"


class _Named(Protocol):
    """Anything in a preset that has a name."""

    @property
    def name(self) -> Words:
        """In one language or several."""


T = TypeVar("T", bound=_Named)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a preset is set up: in which language its names are, and the zone of places that name none."""

    language: str
    tzid: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a preset makes; ``is_there``: something here has that name already, so it is left as it is."""

    part: Part
    name: str
    is_there: bool = False


def look_through_preset(context: Context, preset: Preset, wish: Wish) -> list[Line]:
    """Return what would be made, in order; nothing is stored.

    Raises:
        NotAllowed.
    """
    _require(context)
    known = context.store.read(_known)
    found = [Line(part, name, (part, name) in known) for part, name in _names(preset, wish.language)]
    if preset.look:
        found.append(Line(Part.LOOK, "", get_look(context).version > 0))
    return found


def set_up_preset(context: Context, preset: Preset, wish: Wish) -> list[Line]:
    """Make what is not there yet, in one transaction, and return what was made and what was there.

    Raises:
        InvalidInput: something here stands in the way, which the sentence names; nothing was made. NotAllowed.
    """
    _require(context)
    checked = replace(wish, tzid=check_zone(wish.tzid))

    def work() -> list[Line]:
        lines = look_through_preset(context, preset, checked)
        _SettingUp(context, preset, checked, _known()).run()
        return lines

    return edit(context, work, Permission.MANAGE_SETTINGS)


def _require(context: Context) -> None:
    for one in (Permission.MANAGE_SETTINGS, Permission.MANAGE_USERS):
        context.require(one, Target())


def _names(preset: Preset, language: str) -> Iterator[tuple[Part, str]]:
    sections: tuple[tuple[Part, Mapping[str, _Named]], ...] = (
        (Part.PLACE, preset.places),
        *((Part(kind.value), _of_kind(preset, kind)) for kind in ResourceKind),
        (Part.POOL, preset.pools),
        (Part.SERVICE, preset.services),
        (Part.ROLE, preset.roles),
        (Part.GROUP, preset.groups),
        (Part.LABEL, preset.labels),
        (Part.RULE, preset.rules),
    )
    for part, records in sections:
        yield from ((part, said(one.name, language)) for one in records.values())


def _of_kind(preset: Preset, kind: ResourceKind) -> dict[str, Thing]:
    return {key: one for key, one in preset.things.items() if one.kind is kind}


def _known() -> dict[tuple[Part, str], str]:
    """Return the public ids of everything here by kind and name."""
    resources = Resource.select(Resource.kind, Resource.name, Resource.public_id).tuples()
    found = {(Part(kind), name): public_id for kind, name, public_id in resources}
    tables: Mapping[Part, type[Record]] = {
        Part.PLACE: Location,
        Part.POOL: Pool,
        Part.SERVICE: ServiceRow,
        Part.ROLE: Role,
        Part.GROUP: UserGroup,
        Part.LABEL: Label,
        Part.RULE: WorkflowRule,
    }
    for part, model in tables.items():
        rows = model.select(model.name, model.public_id).tuples()
        found |= {(part, name): public_id for name, public_id in rows}
    return found


class _SettingUp:
    """One preset while it is set up, in a running transaction: from the keys of its file to public ids."""

    def __init__(self, context: Context, preset: Preset, wish: Wish, known: Mapping[tuple[Part, str], str]) -> None:
        self.context, self.preset, self.wish, self.known = context, preset, wish, known
        self.ids: dict[str, dict[str, str]] = {}

    def run(self) -> None:
        """Make everything in the order in which one thing needs the other."""
        preset = self.preset
        self._each("places", Part.PLACE, preset.places, self._place)
        self.ids["takes"] = {}
        for kind in ResourceKind:
            self._each("takes", Part(kind.value), _of_kind(preset, kind), self._thing)
        self._each("pools", Part.POOL, preset.pools, self._pool)
        self._each("services", Part.SERVICE, preset.services, self._service)
        self._each("roles", Part.ROLE, preset.roles, self._role)
        self._each("groups", Part.GROUP, preset.groups, self._group)
        self._each("labels", Part.LABEL, preset.labels, self._label)
        # Rules are checked against the set-up, which is another now.
        rules = RuleMaker(
            self.context.knowing(self.context.store.catalog()), self.ids, preset.services, self.wish.language
        )
        self._each("rules", Part.RULE, preset.rules, rules.make)
        if preset.look and get_look(self.context).version == 0:
            save_look(self.context, check_draft(preset.look, b""), 0)

    def _each(self, section: str, part: Part, records: Mapping[str, T], make: Callable[[str, T], str]) -> None:
        ids = self.ids.setdefault(section, {})
        for key, record in records.items():
            name = self._say(record.name)
            ids[key] = self.known.get((part, name)) or make(name, record)

    def _say(self, words: Words) -> str:
        return said(words, self.wish.language)

    def _place(self, name: str, place: Place) -> str:
        draft = LocationDraft(name, place.tzid or self.wish.tzid, self._say(place.address))
        public_id = save_location(self.context, draft)
        if place.hours:
            save_weekly_hours(self.context, Owner(OwnerKind.LOCATION, public_id), place.hours)
        return public_id

    def _thing(self, name: str, thing: Thing) -> str:
        at = None if thing.place is None else self.ids["places"][thing.place]
        zone = self.preset.places[thing.place].tzid if thing.place is not None else ""
        public_id = save_resource(self.context, ResourceDraft(name, thing.kind.value, zone or self.wish.tzid, at))
        if thing.hours:
            ranges = [replace(one, location=self._place_id(one.location)) for one in thing.hours]
            save_weekly_hours(self.context, Owner(OwnerKind.RESOURCE, public_id), ranges)
        return public_id

    def _place_id(self, key: str | None) -> str | None:
        return None if key is None else self.ids["places"][key]

    def _pool(self, name: str, pool: PresetPool) -> str:
        return save_pool(self.context, PoolDraft(name, tuple(self.ids["takes"][one] for one in pool.members)))

    def _service(self, name: str, service: Service) -> str:
        pools, things = self.ids["pools"], self.ids["takes"]
        needs = tuple(RequirementDraft(pools.get(key), things.get(key), count) for key, count in service.takes)
        draft = replace(
            service.rules,
            name=name,
            description=self._say(service.description),
            requirements=needs,
            locations=tuple(self.ids["places"][one] for one in service.places),
            questions=tuple(question_draft(one, self.wish.language) for one in service.questions),
        )
        return save_service(self.context, draft)

    def _role(self, name: str, role: PresetRole) -> str:
        return save_role(self.context, RoleDraft(name, self._say(role.about), all_of(*role.may)))

    def _group(self, name: str, group: Group) -> str:
        roles = self.ids["roles"]
        grants = tuple(self._grant(roles.get(role, role), place) for role, place in group.roles)
        return save_group(self.context, GroupDraft(name, (), grants))

    def _label(self, name: str, label: PresetLabel) -> str:
        return save_label(self.context, LabelDraft(name, label.hue))

    def _grant(self, role: str, place: str | None) -> GrantDraft:
        return GrantDraft(role) if place is None else GrantDraft(role, ScopeKind.LOCATION, self.ids["places"][place])
