"""The form of services, with lines for what they take and for intake questions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from secrets import token_hex
from typing import Any

from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, QuestionKind, Visibility
from app.operations.context import Context
from app.operations.setup import pools, services
from app.operations.setup.questions import QuestionDraft, answer_words
from app.operations.setup.services import RequirementDraft, ServiceDraft
from app.texts import _, mark
from app.web.context import site
from app.web.setup.kinds import Kind, Words, say_all
from app.web.setup.places import location_names, resource_groups, resource_names, ticked
from app.web.setup.reading import Typed, whole_number

POOL, SINGLE = "pool:", "one:"
TABLES = {
    "takes": {"takes_what": "", "takes_count": "1"},
    "questions": {
        "question_id": "",
        "question_label": "",
        "question_kind": QuestionKind.TEXT.value,
        "question_required": "",
        "question_choices": "",
        "question_help": "",
        "question_if": "",
        "question_if_answers": "",
    },
}
QUESTION_WORDS = {
    QuestionKind.TEXT: mark("one line"),
    QuestionKind.LONG_TEXT: mark("several lines"),
    QuestionKind.CHOICE: mark("choice of answers"),
    QuestionKind.SEVERAL: mark("several of a choice of answers"),
    QuestionKind.YES_NO: mark("yes or no"),
    QuestionKind.AGREE: mark("tick box to agree"),
    QuestionKind.NUMBER: mark("number"),
    QuestionKind.DATE: mark("date"),
}
UNITS = {"minutes": 1, "hours": 60, "days": DAY_MINUTES}
UNIT_WORDS = {"minutes": mark("minutes"), "hours": mark("hours"), "days": mark("days")}
LONG = ("minimum_notice_minutes", "change_notice_minutes", "request_expiry_minutes", "offer_minutes")
"""Lengths of time that are typed with a unit."""
CONFIRM, USUAL_CONFIRM = "confirm_minutes", "30"
"""The minutes for which a booking is held until its visitor confirms it, and what the form says before they are set."""
VISIBILITY_WORDS = {
    Visibility.PUBLIC: mark("Everybody, on the public page"),
    Visibility.LINK: mark("Everybody with its address; not listed"),
    Visibility.STAFF: mark("Staff only"),
}


def _read(context: Context, typed: Typed) -> ServiceDraft:
    numbers: dict[str, Any] = {name: _number(typed, name) for name in services.NUMBERS}
    limits: dict[str, Any] = {name: typed.optional_number(name) for name in services.OPTIONAL if name != CONFIRM}
    return ServiceDraft(
        name=typed.text("name"),
        durations_minutes=_durations(typed.text("durations_minutes")),
        requirements=tuple(_requirements(typed)),
        locations=typed.many("locations"),
        questions=tuple(_questions(typed)),
        description=typed.text("description"),
        visibility=typed.text("visibility"),
        needs_approval=typed.flag("needs_approval"),
        active=typed.flag("active"),
        confirm_minutes=typed.number(CONFIRM) if typed.flag("asks_to_confirm") else None,
        **numbers,
        **limits,
    )


def _number(typed: Typed, name: str) -> int:
    """Return a number as it is stored: lengths of time may be typed in hours or days."""
    return typed.number(name) * UNITS.get(typed.text(f"{name}_unit"), 1)


def _durations(text: str) -> tuple[int, ...]:
    return tuple(whole_number(part, "durations_minutes") for part in text.replace(";", ",").split(",") if part.strip())


def _requirements(typed: Typed) -> Iterator[RequirementDraft]:
    for number, line in enumerate(typed.rows("takes_what", "takes_count")):
        what = line["takes_what"]
        if what.startswith(POOL):
            count = whole_number(line["takes_count"] or "1", f"takes-{number}")
            yield RequirementDraft(pool=what.removeprefix(POOL), count=count)
        elif what.startswith(SINGLE):
            yield RequirementDraft(resource=what.removeprefix(SINGLE))
        elif what:
            raise InvalidInput(f"takes-{number}", _("Please choose a pool or a single resource from the list."))


def _questions(typed: Typed) -> Iterator[QuestionDraft]:
    for line in typed.rows(*TABLES["questions"]):
        if line["question_label"]:
            yield QuestionDraft(
                label=line["question_label"],
                kind=line["question_kind"],
                required=bool(line["question_required"]),
                choices=_parts(line["question_choices"]),
                public_id=line["question_id"] or None,
                help=line["question_help"],
                only_if=line["question_if"] or None,
                only_if_answers=_parts(line["question_if_answers"]),
            )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _show(context: Context, draft: ServiceDraft) -> MultiDict[str, str]:
    limits = {name: getattr(draft, name) for name in services.OPTIONAL}
    values = {
        "name": draft.name,
        "description": draft.description,
        "durations_minutes": ", ".join(str(one) for one in draft.durations_minutes),
        "visibility": draft.visibility,
        **{name: str(getattr(draft, name)) for name in services.NUMBERS},
        **_show_long(draft),
        **{name: "" if limit is None else str(limit) for name, limit in limits.items()},
        CONFIRM: USUAL_CONFIRM if draft.confirm_minutes is None else str(draft.confirm_minutes),
        **ticked({"needs_approval": draft.needs_approval, "active": draft.active}),
        **ticked({"asks_to_confirm": draft.confirm_minutes is not None}),
    }
    return MultiDict([*values.items(), *_show_lines(draft)])


def _show_long(draft: ServiceDraft) -> dict[str, str]:
    """Return the longer lengths of time in the largest unit that leaves them whole."""
    fields: dict[str, str] = {}
    for name in LONG:
        number, unit = largest_unit(getattr(draft, name))
        fields |= {name: str(number), f"{name}_unit": unit}
    return fields


def largest_unit(minutes: int) -> tuple[int, str]:
    """Return a length of time as number and unit, the largest that leaves it whole."""
    unit = next((one for one in ("days", "hours") if minutes and minutes % UNITS[one] == 0), "minutes")
    return minutes // UNITS[unit], unit


def unit_words() -> list[tuple[str, str]]:
    """Return the units in which lengths of time are typed, for a select."""
    return list(say_all(UNIT_WORDS).items())


def _show_lines(draft: ServiceDraft) -> Iterator[tuple[str, str]]:
    for location in draft.locations:
        yield "locations", location
    for need in draft.requirements:
        yield "takes_what", f"{POOL}{need.pool}" if need.pool else f"{SINGLE}{need.resource}"
        yield "takes_count", str(need.count)
    words = {one.public_id: answer_words(one) for one in draft.questions}
    for question in draft.questions:
        shown = words.get(question.only_if, {})
        yield "question_id", question.public_id or ""
        yield "question_label", question.label
        yield "question_kind", question.kind
        yield "question_required", "1" if question.required else ""
        yield "question_choices", "; ".join(question.choices)
        yield "question_help", question.help
        yield "question_if", question.only_if or ""
        yield "question_if_answers", "; ".join(shown.get(one, one) for one in question.only_if_answers)


def _blank(context: Context) -> MultiDict[str, str]:
    fields = _show(context, ServiceDraft("", (30,)))
    fields.setlist("locations", list(location_names(context)))
    return MultiDict([*fields.items(multi=True), *TABLES["takes"].items()])


def _options(context: Context) -> dict[str, Any]:
    held = {one.public_id: one.draft for one in pools.list_pools(context)}
    resources = resource_names(context)

    def say_need(need: RequirementDraft) -> str:
        if need.pool is None:
            return resources.get(need.resource or "", "")
        return _("{count} of {pool}", count=need.count, pool=held[need.pool].name if need.pool in held else "")

    return {
        "locations": location_names(context),
        "say_needs": lambda draft: ", ".join(say_need(one) for one in draft.requirements),
        "groups": resource_groups(context),
        "units": unit_words(),
        "span": services.span_words,
        "pools": held,
        "question_kinds": say_all(QUESTION_WORDS),
        "new_id": partial(token_hex, 8),
        "visibilities": say_all(VISIBILITY_WORDS),
        "site_url": site().config.base_url,
    }


SERVICES = Kind(
    slug="services",
    words=Words(
        one=mark("Service"),
        many=mark("Services"),
        new=mark("New service"),
        saved=mark("Service saved."),
        none=mark("There are no services yet."),
    ),
    list=services.list_services,
    get=services.get_service,
    save=services.save_service,
    read=_read,
    show=_show,
    blank=_blank,
    options=_options,
    permission=Permission.MANAGE_SERVICES,
    tables=TABLES,
)
