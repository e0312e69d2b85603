"""What every setting is for, read from the forms of the set-up: the sentence below a field is the one source.

A form's template is parsed, not shown: each call of a macro for a field names the field, its label and its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask import current_app
from jinja2 import nodes

from app.booking.doors import RELEASE_MINUTES
from app.operations.accounts import session_limits
from app.operations.setup.origins import MOST_ORIGINS
from app.texts import _, in_context, mark

FORMS: Sequence[tuple[str, str, str]] = (
    ("locations_form", mark("Locations"), "setup.list_locations"),
    ("resources_form", mark("People, rooms and devices"), "setup.list_resources"),
    ("door", mark("Page beside the door"), "setup.list_resources"),
    ("pools_form", mark("Pools"), "setup.list_pools"),
    ("services_form", mark("Services"), "setup.list_services"),
    ("hours", mark("Weekly hours and special days"), "setup.list_hours"),
    ("closures_form", mark("Closures and holidays"), "setup.list_closures"),
    ("public-holidays", mark("Public holidays"), "setup.public_holidays"),
    ("time-off_form", mark("Time off"), "setup.list_time_off"),
    ("users_form", mark("Users"), "setup.list_users"),
    ("groups_form", mark("Groups"), "setup.list_groups"),
    ("roles_form", mark("Roles"), "setup.list_roles"),
    ("approvals_form", mark("Approval rules"), "setup.list_approvals"),
    ("rules_form", mark("Rules"), "setup.list_rules"),
    ("labels_form", mark("Labels"), "setup.list_labels"),
    ("look", mark("Look and words"), "setup.look"),
    ("share", mark("Share and embed"), "setup.share"),
)
"""The templates that have settings, with the title and the endpoint of the page that leads to each."""

MACROS: Mapping[str, tuple[int, int, int]] = {
    "field": (0, 1, 5),
    "textarea": (0, 1, 4),
    "select": (0, 1, 5),
    "checkbox": (0, 1, 3),
    "grouped_select": (0, 1, 5),
    "span_field": (1, 2, 4),
    "number": (0, 1, 2),
    "limit": (0, 1, 2),
    "text": (0, 1, 2),
}
"""The macros that make fields: where in their arguments name, label and sentence stand."""

VALUES: Mapping[str, Mapping[str, object]] = {
    "idle_minutes": {
        "least": session_limits.LEAST_IDLE_MINUTES,
        "most": session_limits.MOST_IDLE_MINUTES,
        "usual": session_limits.IDLE_MINUTES,
    },
    "session_hours": {
        "least": session_limits.LEAST_SESSION_HOURS,
        "most": session_limits.MOST_SESSION_HOURS,
        "usual": session_limits.SESSION_HOURS,
    },
    "release_after_minutes": {"least": RELEASE_MINUTES[0], "most": RELEASE_MINUTES[1]},
    "origins": {"most": MOST_ORIGINS},
    "title_": {"language": "…"},
    "introduction_": {"language": "…"},
}
"""What the forms fill into the sentences of a field that the templates alone do not know."""

Text = tuple[str, str, Mapping[str, object]]
"""A marked text with its context (empty: none) and the values that stand in the template itself."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A field: its name in the form, its label, and its sentences; several where they depend on something."""

    name: str
    label: Text
    help: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The settings of one form as they are read: a title, the page that leads there, and label and sentence of each."""

    slug: str
    title: str
    endpoint: str
    settings: Sequence[tuple[str, str]]


def list_settings() -> list[Group]:
    """Return all settings in the language spoken."""
    return [Group(slug, _(title), endpoint, _said(slug)) for slug, title, endpoint in FORMS]


def _said(slug: str) -> list[tuple[str, str]]:
    return [
        (_say(one.name, one.label), " ".join(_say(one.name, text) for text in one.help)) for one in read_settings(slug)
    ]


def _say(name: str, text: Text) -> str:
    context, english, given = text
    values = {**given, **VALUES.get(name, {})}
    return in_context(context, english, **values) if context else _(english, **values)


@cache
def read_settings(slug: str) -> tuple[Setting, ...]:
    """Return the settings of a form of the set-up, by the name of its template."""
    env = current_app.jinja_env
    if env.loader is None:
        return ()
    source, _name, _fresh = env.loader.get_source(env, f"setup/{slug}.html")
    calls = env.parse(source).find_all(nodes.Call)
    return tuple(one for call in calls for one in _settings(call))


def _settings(call: nodes.Call) -> Iterator[Setting]:
    """Yield the setting that a call makes a field of; calls within the macros themselves name none."""
    place = MACROS.get(getattr(call.node, "name", "") or getattr(call.node, "attr", ""))
    if place is None:
        return
    name, label, sentence = (_argument(call, number, key) for number, key in zip(place, ("", "", "help"), strict=True))
    if name is None or isinstance(name, nodes.Name):
        return
    labels = list(_texts(label))
    if labels:
        yield Setting(_constant(name), labels[0], tuple(_texts(sentence)))


def _argument(call: nodes.Call, number: int, key: str) -> nodes.Expr | None:
    named = next((one.value for one in call.kwargs if one.key == key), None)
    return call.args[number] if named is None and number < len(call.args) else named


def _constant(name: nodes.Expr) -> str:
    """Return the part of a field's name that is known: all of it, or what stands before or after a number or code."""
    parts = name.nodes if isinstance(name, nodes.Concat) else [name]
    return "".join(one.value for one in parts if isinstance(one, nodes.Const))


def _texts(said: nodes.Expr | None) -> Iterator[Text]:
    """Yield the texts that an expression can say."""
    if isinstance(said, nodes.CondExpr):
        yield from _texts(said.expr1)
        yield from _texts(said.expr2)
    elif isinstance(said, nodes.Call) and getattr(said.node, "name", "") in ("_", "in_context"):
        words = [one.value for one in said.args if isinstance(one, nodes.Const)]
        given = {one.key: one.value.value for one in said.kwargs if isinstance(one.value, nodes.Const)}
        yield (words[0] if len(words) > 1 else "", words[-1], given)
