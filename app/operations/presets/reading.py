"""From the text of a preset's file to its values, or to all that is wrong with it, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, TypeVar

import yaml

from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput
from app.booking.values import QuestionKind, ResourceKind, Visibility
from app.look.look import check_look, names_of
from app.operations.presets.nodes import (
    Problems,
    Reader,
    WrongError,
    compose,
    fields,
    items,
    known,
    pairs,
    text,
    whole,
)
from app.operations.presets.parts import (
    counted,
    days,
    hours,
    listed,
    long_words,
    many_minutes,
    many_words,
    minutes,
    number,
    one_of,
    words,
    yes_no,
    zone,
)
from app.operations.presets.rule_reading import CLIENT, PROVIDERS, RuleReader, read_label
from app.operations.presets.values import Group, Place, Pool, Preset, Question, Role, Service, Thing, said
from app.operations.saving import check_number
from app.operations.setup.questions import QuestionDraft, check_questions
from app.operations.setup.services import NUMBERS, OPTIONAL, ServiceDraft, span_words
from app.texts import _, languages

T = TypeVar("T")
MARK, FORM = "eigenplan_preset", "1"
MINUTES = "_minutes"
DAYS = "_days"
_THINGS = {"people": ResourceKind.PERSON, "rooms": ResourceKind.ROOM, "devices": ResourceKind.DEVICE}
_SECTIONS = ("places", *_THINGS, "pools", "services", "roles", "groups", "labels", "rules")


def read_preset(content: str) -> Preset:
    """Return what a file asks for, whole and without a problem.

    Raises:
        PresetError: with everything that is wrong, line by line.
    """
    return _File(compose(content)).read()


class _File:
    """One file while it is read: what is wrong so far, and the keys of each section, also of records that are wrong."""

    def __init__(self, root: yaml.Node) -> None:
        self.root = root
        self.problems = Problems()
        self.keys: dict[str, tuple[str, ...]] = dict.fromkeys(_SECTIONS, ())

    def read(self) -> Preset:
        readers: dict[str, Reader] = {MARK: self._mark, "name": words, "about": long_words, "look": self._look}
        readers |= {name: lambda node: node for name in _SECTIONS}
        try:
            top = fields(self.root, readers, self.problems, (MARK, "name"))
        except WrongError as wrong:
            self.problems.add(wrong)
            top = {}
        self.problems.end()
        self._find_keys(top)
        preset = self._preset(top)
        self.problems.end()
        return preset

    def _find_keys(self, top: Mapping[str, yaml.Node]) -> None:
        for section in _SECTIONS:
            if section in top:
                self.keys[section] = tuple(self.problems.attempt(pairs, top[section]) or ())

    @property
    def _things(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for section in _THINGS for key in self.keys[section]))

    def _preset(self, top: Mapping[str, yaml.Node]) -> Preset:
        things: dict[str, Thing] = {}
        for section, kind in _THINGS.items():
            things |= self._records(top, section, partial(self._thing, kind), things)
        pools = self._records(top, "pools", self._pool, things)
        services = self._records(top, "services", partial(self._service, pools))
        return Preset(
            top["name"],
            top.get("about", {}),
            top.get("look", {}),
            self._records(top, "places", self._place),
            things,
            pools,
            services,
            self._records(top, "roles", self._role, [one.value for one in ReadyMade]),
            self._records(top, "groups", self._group, (CLIENT, PROVIDERS)),
            self._records(top, "labels", partial(read_label, self.problems)),
            self._records(top, "rules", RuleReader(self.problems, self.keys, services).read),
        )

    def _mark(self, node: yaml.Node) -> str:
        return known(text(node), (FORM,), node)

    def _look(self, node: yaml.Node) -> Mapping[str, str]:
        found = fields(node, dict.fromkeys(names_of(languages()), text), self.problems)
        lines = pairs(node)
        for name, problem in check_look(found, languages())[1].items():
            self.problems.add(WrongError(lines[name][1] if name in lines else node, problem))
        return found

    def _records(
        self, top: Mapping[str, yaml.Node], section: str, reader: Callable[[yaml.Node], T], taken: Collection[str] = ()
    ) -> dict[str, T]:
        """Return the records of a section by key; a key may not be ``taken``, and no name may come twice."""
        found: dict[str, T] = {}
        if section not in top:
            return found
        for name, (key, value) in (self.problems.attempt(pairs, top[section]) or {}).items():
            if name in taken:
                self.problems.add(WrongError(key, _("The key {name} is that of something else already.", name=name)))
            record = self.problems.attempt(reader, value)
            if record is not None:
                found[name] = record
        self._check_names(top[section], found)
        return found

    def _check_names(self, node: yaml.Node, records: Mapping[str, Any]) -> None:
        for code in languages():
            count = Counter(said(one.name, code) for one in records.values())
            twice = [name for name, times in count.items() if times > 1]
            if twice:
                self.problems.add(WrongError(node, _("{name} is the name of two of these.", name=twice[0])))

    def _fields(self, node: yaml.Node, readers: Mapping[str, Reader], *required: str) -> dict[str, Any]:
        return whole(node, readers, self.problems, required)

    def _place(self, node: yaml.Node) -> Place:
        readers = {"name": words, "address": long_words, "zone": zone, "hours": hours}
        found = self._fields(node, readers, "name")
        return Place(found["name"], found.get("address", {}), found.get("zone", ""), found.get("hours", ()))

    def _thing(self, kind: ResourceKind, node: yaml.Node) -> Thing:
        places = self.keys["places"]
        required = ("name", "place") if kind is ResourceKind.ROOM and len(places) != 1 else ("name",)
        found = self._fields(node, {"name": words, "place": one_of(places), "hours": self._own_hours}, *required)
        place = found.get("place")
        if place is None and kind is ResourceKind.ROOM:
            place = places[0]
        return Thing(kind, found["name"], place, found.get("hours", ()))

    def _own_hours(self, node: yaml.Node) -> object:
        found = hours(node)
        for one in found:
            if one.location is not None:
                known(one.location, self.keys["places"], node)
        return found

    def _pool(self, node: yaml.Node) -> Pool:
        found = self._fields(node, {"name": words, "of": listed(self._things)}, "name", "of")
        return Pool(found["name"], found["of"])

    def _service(self, pools: Mapping[str, Pool], node: yaml.Node) -> Service:
        readers: dict[str, Reader] = {
            "name": words,
            "description": long_words,
            "durations": many_minutes,
            "takes": partial(self._takes, pools),
            "at": listed(self.keys["places"]),
            "needs_approval": yes_no,
            "visibility": one_of([one.value for one in Visibility]),
            "questions": self._questions,
            **{_short(name): _rule(name) for name in (*NUMBERS, *OPTIONAL)},
        }
        found = self._fields(node, readers, "name", "durations", "takes")
        rules = {name: found[_short(name)] for name in (*NUMBERS, *OPTIONAL) if _short(name) in found}
        rules |= {name: found[name] for name in ("needs_approval", "visibility") if name in found}
        draft = ServiceDraft("", found["durations"], **rules)
        places = found.get("at", self.keys["places"])
        if not places:
            raise WrongError(node, _("A service needs a location: please add one under “places”."))
        return Service(
            found["name"], draft, found["takes"], found.get("description", {}), places, found.get("questions", ())
        )

    def _takes(self, pools: Mapping[str, Pool], node: yaml.Node) -> tuple[tuple[str, int], ...]:
        found = counted(node)
        for (key, count), entry in zip(found, items(node), strict=True):
            known(key, (*self.keys["pools"], *self._things), entry)
            most = len(set(pools[key].members)) if key in pools else 1
            if key in self.keys["pools"] and key not in pools:
                continue  # it could not be read, which is told already
            if not 1 <= count <= most:
                problem = _("Please take from 1 to {most} of {name}.", most=most, name=key)
                raise WrongError(entry, problem)
        return found

    def _questions(self, node: yaml.Node) -> tuple[Question, ...]:
        found = tuple(self._question(one) for one in items(node))
        for code in languages():
            drafts = [question_draft(one, code) for one in found]
            try:
                check_questions(drafts)
            except InvalidInput as refusal:
                raise WrongError(node, refusal.problem) from refusal
        return found

    def _question(self, node: yaml.Node) -> Question:
        kinds = [one.value for one in QuestionKind]
        readers = {"question": words, "kind": one_of(kinds), "required": yes_no, "choices": many_words}
        found = self._fields(node, readers, "question", "kind")
        return Question(found["question"], found["kind"], found.get("required", False), found.get("choices", ()))

    def _role(self, node: yaml.Node) -> Role:
        found = self._fields(node, {"name": words, "about": long_words, "may": _permissions}, "name", "may")
        return Role(found["name"], found.get("about", {}), found["may"])

    def _group(self, node: yaml.Node) -> Group:
        found = self._fields(node, {"name": words, "roles": self._granted}, "name")
        return Group(found["name"], found.get("roles", ()))

    def _granted(self, node: yaml.Node) -> tuple[tuple[str, str | None], ...]:
        return tuple(self._grant(one) for one in items(node))

    def _grant(self, node: yaml.Node) -> tuple[str, str | None]:
        """Return a role and the place that it is for: ``front_desk`` or ``front_desk at centre``."""
        role, at, place = text(node).partition(" at ")
        known(role, (*(one.value for one in ReadyMade), *self.keys["roles"]), node)
        return role, known(place, self.keys["places"], node) if at else None


def question_draft(question: Question, code: str) -> QuestionDraft:
    """Return a question in a language, as a form would give it."""
    choices = tuple(said(one, code) for one in question.choices)
    return QuestionDraft(said(question.label, code), question.kind, question.required, choices)


def _permissions(node: yaml.Node) -> tuple[Permission, ...]:
    names = [one.value for one in Permission]
    return tuple(Permission(known(text(one), names, one)) for one in items(node))


def _short(name: str) -> str:
    """Return what a number of a service is called in a file, where its value names the unit."""
    return name.removesuffix(MINUTES).removesuffix(DAYS)


def _rule(name: str) -> Reader:
    """Return what reads a number of a service, within its bounds."""
    least, most = NUMBERS.get(name) or OPTIONAL[name]
    is_span = name.endswith(MINUTES)
    read = minutes if is_span else days if name.endswith(DAYS) else number
    return lambda node: check_number(read(node), _short(name), least, most, span_words if is_span else str)
