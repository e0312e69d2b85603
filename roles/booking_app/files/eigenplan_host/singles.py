"""The services of which there is one, the worker and the live process: exchanged once the slot of a version serves."""

from __future__ import annotations

from eigenplan_host import slots
from eigenplan_host.probes import Answer, ask
from eigenplan_host.refusal import FailedError
from eigenplan_host.site import LIVE, WORKER, Site
from eigenplan_host.state import Deployed, State, note_state

NAMES = {WORKER: "worker", LIVE: "live process"}
LACKS = {WORKER: "no mail leaves", LIVE: "open calendars look for changes once a minute only"}
"""What a site is like that has to do without."""

LIVE_OPTION = "EIGENPLAN_LIVE_URL"
"""A release that does not know it has no live process either."""


def belongs(site: Site, service: str, deployed: Deployed) -> bool:
    """Whether a version and the settings have a service; all have the worker."""
    return service == WORKER or (site.settings.live and LIVE_OPTION in site.host.options_of(deployed.image))


def is_placed(site: Site, state: State, service: str, wanted: Deployed) -> bool:
    """Whether a service runs what is wished for, or rests where it does not belong."""
    if not belongs(site, service, wanted):
        return state.single(service) is None and not site.host.facts(service).running
    return wanted.is_same(state.single(service)) and slots.runs(site, service, wanted)


def exchange(site: Site, state: State, service: str, wanted: Deployed) -> State:
    """Put a service in place; one that does not stay is replaced by the one before, and told about.

    Raises:
        FailedError: it does not run; the text says what does.
    """
    if not belongs(site, service, wanted):
        return _retire(site, state, service)
    name, before = NAMES[service], state.single(service)
    site.say(f"Exchanging the {name}.")
    try:
        _start(site, service, wanted)
    except FailedError as error:
        site.host.stop(service)
        if before is None or before.schema != wanted.schema or before.is_same(wanted):
            raise FailedError(f"The site serves, but the {name} does not run, so {LACKS[service]}: {error}") from error
        _start(site, service, before)
        raise FailedError(
            f"The site serves, but the new {name} does not run ({error}), so the one before goes on."
        ) from error
    site.host.enable(service, True)
    return note_state(site.places.state, state.with_single(service, wanted))


def refuse_unsteady(site: Site, service: str) -> None:
    """Go on only while a service has never ended by itself.

    Raises:
        FailedError: it has.
    """
    if not site.host.facts(service).is_steady:
        raise FailedError(f"the {NAMES[service]} ended by itself: {site.host.complaint(service)}")


def ask_live(site: Site) -> Answer:
    """Ask the live process on its own port whether it can see changes."""
    return ask(site.settings.port_live, "/readyz", site.settings.domain)


def _retire(site: Site, state: State, service: str) -> State:
    site.say(f"Ending the {NAMES[service]}, which this release or these settings do without.")
    site.host.stop(service)
    site.host.enable(service, False)
    return note_state(site.places.state, state.with_single(service, None))


def _start(site: Site, service: str, wanted: Deployed) -> None:
    site.host.stop(service)
    site.host.tag(wanted.image, service)
    site.host.prepare(service)
    site.host.start(service)
    if service == LIVE:
        _wait_until_it_sees(site)
    else:
        site.host.wait(site.settings.settle_seconds)
        refuse_unsteady(site, service)


def _wait_until_it_sees(site: Site) -> None:
    deadline = site.host.clock() + site.settings.ready_seconds
    while (answer := ask_live(site)).status != 200:
        refuse_unsteady(site, LIVE)
        if site.host.clock() > deadline:
            raise FailedError(f"it was not ready after {site.settings.ready_seconds:g} s: {answer.reason}")
        site.host.wait(slots.STEP_SECONDS)
    refuse_unsteady(site, LIVE)
