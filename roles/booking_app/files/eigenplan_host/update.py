"""Putting another version, or the same one with other settings, in the place of what runs.

One slot always serves, except where the database changes its schema. The file of the state is written before anything
is started and after everything has ended, so that a run which was cut short is completed by the next one.
"""

from __future__ import annotations

import time
from dataclasses import replace

from eigenplan_host import singles, slots
from eigenplan_host.fingerprint import fingerprint
from eigenplan_host.refusal import FailedError, RefusedError
from eigenplan_host.site import SINGLES, SLOTS, Site
from eigenplan_host.state import Deployed, State, load_state, note_state


def wish(site: Site, state: State, release: str = "") -> Deployed:
    """Return what shall run: a release (the present one when none is named) with the present settings.

    Raises:
        RefusedError: there is no such release on this host, its schema is older than the database's, or the settings
            name another database than the one with the bookings.
    """
    present = state.serving
    wanted = release or (present.release if present else "")
    if not wanted:
        raise RefusedError("Nothing is installed yet, so name a release: eigenplan update RELEASE")
    image = site.host.image_id(wanted) or (present.image if present and present.release == wanted else "")
    if not image:
        raise RefusedError(f"There is no image of release {wanted} on this host; run the playbook, which makes it.")
    schema = site.host.schema_of(image)
    if present and schema < present.schema:
        raise RefusedError(
            f"Release {wanted} knows the database's schema {schema} only, but the database has {present.schema}. "
            "Take a newer release, or restore the backup that was made before the last update."
        )
    _refuse_other_database(site, present)
    config = fingerprint(site.places.settings)
    return Deployed(wanted, image, config, schema, int(time.time()), site.settings.database)


def _refuse_other_database(site: Site, present: Deployed | None) -> None:
    """Refuse settings by which the site would come up without its bookings."""
    wanted = site.settings.database
    if present and present.database not in ("", wanted):
        raise RefusedError(
            f"The site's bookings are in {present.database}, but its settings say {wanted}, where they are not. "
            f"Move them by: sudo eigenplan move {wanted}; or set site_database: {present.database} again."
        )


def is_done(site: Site, state: State, wanted: Deployed) -> bool:
    """Whether all that is wished for runs already, and nothing else does."""
    return (
        wanted.is_same(state.serving)
        and slots.is_serving(site, state.active)
        and slots.runs(site, slots.service_of(state.active), wanted)
        and all(singles.is_placed(site, state, service, wanted) for service in SINGLES)
        and not _is_left_over(site, slots.other(state.active))
    )


def update(site: Site, release: str = "") -> bool:
    """Make a release run with the present settings; return whether there was anything to do. Needs the lock.

    Raises:
        RefusedError: it cannot be done, and nothing was changed.
        FailedError: it was tried; the text says what runs now.
    """
    state = load_state(site.places.state)
    wanted = wish(site, state, release)
    if is_done(site, state, wanted):
        return False
    state = settle(site, state)
    if not (wanted.is_same(state.serving) and slots.runs(site, slots.service_of(state.active), wanted)):
        state = _exchange_web(site, state, wanted)
    for service in SINGLES:
        if not singles.is_placed(site, state, service, wanted):
            state = singles.exchange(site, state, service, wanted)
    return True


def settle(site: Site, state: State) -> State:
    """Bring in order what a run that was cut short, or a hand, has left: one slot serves, the other is at rest."""
    if not state.active:
        for slot in SLOTS:
            slots.take_out(site, slot)
        return state
    idle = slots.other(state.active)
    if not _can_serve(site, state.active) and _can_serve(site, idle):
        site.say(f"Slot {idle} serves since an update that was cut short; it is kept.")
        state = _record(site, state, idle)
    elif not _can_serve(site, state.active):
        site.say(f"Slot {state.active} does not run; it is started.")
        site.host.start(slots.service_of(state.active))
        slots.let_serve(site, state.active)
    if _is_left_over(site, slots.other(state.active)):
        site.say(f"Slot {slots.other(state.active)} is left over from an update that was cut short; it is ended.")
        slots.take_out(site, slots.other(state.active))
    return state


def _can_serve(site: Site, slot: str) -> bool:
    return slots.is_serving(site, slot) and site.host.facts(slots.service_of(slot)).running


def _is_left_over(site: Site, slot: str) -> bool:
    return slots.is_serving(site, slot) or site.host.facts(slots.service_of(slot)).running


def _exchange_web(site: Site, state: State, wanted: Deployed) -> State:
    present = state.serving
    if present is None:
        return _install(site, state, wanted)
    if present.schema != wanted.schema:
        return _exchange_with_gap(site, state, wanted)
    return _exchange_without_gap(site, state, wanted)


def _install(site: Site, state: State, wanted: Deployed) -> State:
    slot = SLOTS[0]
    site.say(f"Installing release {wanted.release} into slot {slot}.")
    site.host.tag(wanted.image, "task")
    site.host.migrate("task")
    state = note_state(site.places.state, state.with_slot(slot, wanted))
    try:
        slots.put_in(site, slot, wanted)
        slots.wait_until_good(site, slot)
    except FailedError as error:
        slots.take_out(site, slot)
        raise FailedError(f"Release {wanted.release} cannot serve: {error}. Nothing serves yet.") from error
    slots.let_serve(site, slot)
    return _record(site, state, slot)


def _exchange_without_gap(site: Site, state: State, wanted: Deployed) -> State:
    old, new = state.active, slots.other(state.active)
    site.say(f"Starting release {wanted.release} in slot {new}, while slot {old} serves.")
    state = note_state(site.places.state, state.with_slot(new, wanted))
    try:
        slots.put_in(site, new, wanted)
        slots.wait_until_good(site, new)
        slots.let_serve(site, new)
        site.say(f"Slot {new} is ready; the proxy takes it in.")
        slots.watch(site, new)
        slots.let_rest(site, old)
        slots.watch(site, new)
    except (FailedError, OSError) as error:
        _go_back(site, old, new)
        raise FailedError(f"Release {wanted.release} was not taken: {error}. Slot {old} serves as before.") from error
    site.say(f"Slot {new} serves; slot {old} ends what it has in hand.")
    site.host.stop(slots.service_of(old))
    return _record(site, state, new)


def _go_back(site: Site, old: str, new: str) -> None:
    """Let the old slot serve alone again; the proxy must know it before the new one goes."""
    if not slots.is_serving(site, old):
        slots.let_serve(site, old)
        site.host.wait(site.settings.settle_seconds)
    slots.take_out(site, new)


def _exchange_with_gap(site: Site, state: State, wanted: Deployed) -> State:
    old, new = state.active, slots.other(state.active)
    site.say(f"Release {wanted.release} changes the database: nothing serves until that is done.")
    state = note_state(site.places.state, state.with_slot(new, wanted))
    try:
        site.host.tag(wanted.image, "task")
        slots.take_out(site, old)
        for service in SINGLES:
            site.host.stop(service)
        site.host.migrate("task")
    except (FailedError, OSError) as error:
        serve_again(site, state, error)
        raise FailedError(f"The database was not changed: {error}. Slot {old} serves as before.") from error
    try:
        for service in SINGLES:  # what is there does not know the new schema, after a reboot neither
            site.host.enable(service, False)
        slots.put_in(site, new, wanted)
        state = _record(site, state, new)
        slots.let_serve(site, new)
        slots.wait_until_good(site, new)
    except (FailedError, OSError) as error:
        raise FailedError(
            f"The database is changed, but release {wanted.release} does not serve: {error}. The site is down until a "
            "release with this schema is installed, or the backup from before is restored."
        ) from error
    return state


def serve_again(site: Site, state: State, cause: Exception) -> None:
    """Let everything run as before a change of the schema that failed, and see that it does.

    Raises:
        FailedError: it does not.
    """
    try:
        run_again(site, state)
    except (FailedError, OSError) as error:
        raise FailedError(
            f"The change of the database failed: {cause}. What ran before does not run again as it should: {error}. "
            "See what is wrong by: sudo eigenplan logs, and update again."
        ) from error


def run_again(site: Site, state: State) -> None:
    """Start what ran before, and see that it stays.

    Raises:
        FailedError, OSError: it does not.
    """
    site.host.start(slots.service_of(state.active))
    slots.let_serve(site, state.active)
    present = list(filter(state.single, SINGLES))
    for service in present:
        site.host.start(service)
    slots.wait_until_good(site, state.active)
    slots.watch(site, state.active)
    for service in present:
        singles.refuse_unsteady(site, service)


def stop_all(site: Site) -> None:
    """Let nothing serve or write any more."""
    for slot in SLOTS:
        slots.take_out(site, slot)
    for service in SINGLES:
        site.host.stop(service)


def _record(site: Site, state: State, slot: str) -> State:
    """Make a slot the one that serves, also after a reboot: at each moment the one in the state is enabled."""
    before = state.serving
    previous = before if before and before.release != state.web[slot].release else state.previous
    site.host.enable(slots.service_of(slot), True)
    state = note_state(site.places.state, replace(state, active=slot, previous=previous))
    site.host.enable(slots.service_of(slots.other(slot)), False)
    site.host.tag(state.web[slot].image, "task")
    if previous:
        site.host.tag(previous.image, "previous")
    return state
