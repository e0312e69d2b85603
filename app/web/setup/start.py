"""The first steps of a new site, one short page each: place, hours, people, a first service, a test mail.

What is typed is saved at once as on the pages of the set-up, so the way can be left anywhere and gone on with later;
where it stands is what is set up, and nothing else is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput
from app.booking.values import ResourceKind, Service
from app.operations.context import Context
from app.operations.letters.deliver import MessageStatus
from app.operations.saving import Saved
from app.operations.setup.first_steps import (
    ROLES,
    FirstService,
    Newcomer,
    add_first_service,
    add_people,
    gives_services,
    look_at_mail_test,
    require_first_steps,
    send_test_mail,
)
from app.operations.setup.hours import Owner, OwnerKind, WeeklyRange, get_hours, save_weekly_hours
from app.operations.setup.locations import LocationDraft, list_locations, save_location
from app.texts import _, mark
from app.web.account.own import own_account
from app.web.context import current_context, site
from app.web.setup.check_records import without_check
from app.web.setup.hours import WEEKLY, day_words, lines_of, weekly_fields, weekly_ranges
from app.web.setup.kinds import FORM_REFUSALS, change_lines, explain_refusal
from app.web.setup.places import first_zone, resources_by_kind
from app.web.setup.reading import Typed

Fields = MultiDict[str, str]
PEOPLE = {"person_name": "", "person_email": "", "person_role": ReadyMade.PROVIDER.value}
_ROLE_WORDS = {
    ReadyMade.PROVIDER: mark("Gives services"),
    ReadyMade.FRONT_DESK: mark("Front desk"),
    ReadyMade.ADMINISTRATOR: mark("Administrator"),
}
USUAL_HOURS = tuple(WeeklyRange(weekday, 9 * 60, 17 * 60) for weekday in range(5))
"""What is offered first: Monday to Friday, nine to five."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A step's form as it is shown, and what is wrong by field."""

    fields: Fields
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One page: ``fill`` gives the form as it is first shown, ``options`` what else the page shows.

    ``needs_place``: there is nothing to do before there is a place.
    """

    key: str
    title: str
    fill: Callable[[Context], Fields]
    save: Callable[[Context, Typed], None]
    options: Callable[[Context, Fields], Mapping[str, Any]] = lambda _context, _fields: {}
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    needs_place: bool = True


def _place(context: Context) -> Saved[LocationDraft] | None:
    """Return the place that the steps are about: the first one in use."""
    found = without_check(context, list_locations(context))
    return next((one for one in found if one.draft.active), None)


def _the_place(context: Context) -> Saved[LocationDraft]:
    place = _place(context)
    if place is None:
        raise InvalidInput("", _("Please add a location first."))
    return place


def _fill_place(context: Context) -> Fields:
    place = _place(context)
    if place is None:
        return MultiDict({"tzid": first_zone(context)})
    draft = place.draft
    return MultiDict({"name": draft.name, "tzid": draft.tzid, "address": draft.address, "version": str(place.version)})


def _save_place(context: Context, typed: Typed) -> None:
    place = _place(context)
    draft = LocationDraft("", "") if place is None else place.draft
    draft = replace(draft, name=typed.text("name"), tzid=typed.text("tzid"), address=typed.text("address"))
    save_location(context, draft, None if place is None else place.public_id, typed.optional_number("version"))


def _owner(context: Context) -> Owner:
    return Owner(OwnerKind.LOCATION, _the_place(context).public_id)


def _fill_hours(context: Context) -> Fields:
    stored = get_hours(context, _owner(context))
    return MultiDict([*weekly_fields(stored.draft.weekly or USUAL_HOURS), ("version", str(stored.version))])


def _save_hours(context: Context, typed: Typed) -> None:
    ranges = list(weekly_ranges(typed))
    save_weekly_hours(context, _owner(context), ranges, typed.optional_number("version"))


def _hours_options(context: Context, fields: Fields) -> Mapping[str, Any]:
    return {"weekly": lines_of(fields, WEEKLY), "days": day_words(), "place": _the_place(context).draft}


def _fill_people(context: Context) -> Fields:
    lines = [(name, empty) for _number in range(2) for name, empty in PEOPLE.items()]
    is_first = not resources_by_kind(context)[ResourceKind.PERSON]
    return MultiDict([*lines, *([("myself", "1")] if is_first else [])])


def _save_people(context: Context, typed: Typed) -> None:
    lines = [
        Newcomer(number, line["person_name"], line["person_email"], line["person_role"])
        for number, line in enumerate(typed.rows(*PEOPLE))
        if line["person_name"] or line["person_email"]
    ]
    add_people(context, lines, _the_place(context).draft.tzid, myself=typed.flag("myself"))


def _people_options(context: Context, fields: Fields) -> Mapping[str, Any]:
    return {
        "lines": list(Typed(fields).rows(*PEOPLE)) or [PEOPLE],
        "roles": [(one.value, _(_ROLE_WORDS[one])) for one in ROLES],
        "people": resources_by_kind(context)[ResourceKind.PERSON],
        "gives": gives_services(context),
        "own_name": context.actor.name,
    }


def _fill_service(context: Context) -> Fields:
    people = resources_by_kind(context)[ResourceKind.PERSON]
    chosen = [("people", one) for one in people] or [("myself", "1")]
    return MultiDict([("minutes", "30"), *chosen])


def _save_service(context: Context, typed: Typed) -> None:
    if not typed.text("name").strip() and _services(context):
        return
    place = _the_place(context)
    wanted = FirstService(
        name=typed.text("name"),
        minutes=typed.number("minutes"),
        people=typed.many("people"),
        locations=(place.public_id,),
        tzid=place.draft.tzid,
        myself=typed.flag("myself"),
    )
    add_first_service(context, wanted)


def _services(context: Context) -> list[Service]:
    return [one for one in without_check(context, context.catalog.services.values()) if one.active]


def _service_options(context: Context, _fields: Fields) -> Mapping[str, Any]:
    return {
        "services": sorted(one.name for one in _services(context)),
        "people": resources_by_kind(context)[ResourceKind.PERSON],
        "gives": gives_services(context),
        "own_name": context.actor.name,
    }


def _mail_options(context: Context, _fields: Fields) -> Mapping[str, Any]:
    test = look_at_mail_test(context)
    return {
        "test": test,
        "is_waiting": test is not None and test.status is MessageStatus.WAITING,
        "is_sent": test is not None and test.status is MessageStatus.DELIVERED,
        "own_email": own_account().email,
        "demo": site().config.demo,
    }


STEPS = (
    Step("place", mark("Location"), _fill_place, _save_place, needs_place=False),
    Step("hours", mark("Opening hours"), _fill_hours, _save_hours, _hours_options, {"weekly": WEEKLY}),
    Step("people", mark("People"), _fill_people, _save_people, _people_options, {"people": PEOPLE}),
    Step("service", mark("First service"), _fill_service, _save_service, _service_options),
    Step(
        "mail",
        mark("Test mail"),
        lambda _context: MultiDict(),
        lambda context, _typed: send_test_mail(context),
        _mail_options,
        needs_place=False,
    ),
)


def _who_may() -> Context:
    context = current_context()
    require_first_steps(context)
    return context


def done_steps(context: Context) -> frozenset[str]:
    """Return the keys of the steps whose outcome is there."""
    place, test = _place(context), look_at_mail_test(context)
    outcomes = {
        "place": place is not None,
        "hours": place is not None and bool(get_hours(context, _owner(context)).draft.weekly),
        "people": bool(resources_by_kind(context)[ResourceKind.PERSON]),
        "service": bool(_services(context)),
        "mail": test is not None and test.status is MessageStatus.DELIVERED,
    }
    return frozenset(key for key, is_done in outcomes.items() if is_done)


def show_start() -> str:
    """Show the five steps, which of them are done, and the other way to begin: an example."""
    done = done_steps(_who_may())
    left = [step.key for step in STEPS if step.key not in done]
    return render_template("setup/start.html", steps=_titles(), done=done, following=left[0] if left else "done")


def show_done() -> str:
    """Say what to do next."""
    done = done_steps(_who_may())
    left = [(key, title) for key, title in _titles() if key not in done]
    return render_template("setup/start_done.html", left=left, steps=_titles(), address=site().config.base_url + "/")


def _titles() -> list[tuple[str, str]]:
    return [(step.key, _(step.title)) for step in STEPS]


def _show(step: Step) -> ResponseReturnValue:
    context = _who_may()
    if step.needs_place and _place(context) is None:
        flash(_("Please add a location first."), "error")
        return redirect(url_for("setup.start_place"), 303)
    return _page(step, context, Filled(step.fill(context)))


def _save(step: Step) -> ResponseReturnValue:
    context, typed = _who_may(), Typed(request.form)
    if typed.text("action") != "save":
        return _page(step, context, Filled(change_lines(request.form, step.tables)))
    try:
        step.save(context, typed)
    except FORM_REFUSALS as refusal:
        errors, status = explain_refusal(refusal, None)
        if step.needs_place and _place(context) is None:
            return _show(step)
        return _page(step, context, Filled(request.form, errors)), status
    return redirect(url_for(f"setup.start_{step.key if step.key == 'mail' else _after(step)}"), 303)


def _after(step: Step) -> str:
    keys = [one.key for one in STEPS]
    return (*keys, "done")[keys.index(step.key) + 1]


def _before(step: Step) -> str:
    keys = [one.key for one in STEPS]
    return f"start_{keys[keys.index(step.key) - 1]}" if step is not STEPS[0] else "start"


def _page(step: Step, context: Context, form: Filled) -> str:
    return render_template(
        f"setup/start_{step.key}.html",
        step=step,
        number=STEPS.index(step) + 1,
        steps=_titles(),
        form=form,
        before=url_for(f"setup.{_before(step)}"),
        after=url_for(f"setup.start_{_after(step)}"),
        **step.options(context, form.fields),
    )


def add_start(blueprint: Blueprint) -> None:
    """Give the set-up its first steps."""
    blueprint.add_url_rule("/start", "start", show_start)
    blueprint.add_url_rule("/start/done", "start_done", show_done)
    for step in STEPS:
        _add_step(blueprint, step)


def _add_step(blueprint: Blueprint, step: Step) -> None:
    blueprint.add_url_rule(f"/start/{step.key}", f"start_{step.key}", lambda: _show(step))
    blueprint.add_url_rule(f"/start/{step.key}", f"save_start_{step.key}", lambda: _save(step), methods=["POST"])
