"""The two slots: starting one, trying it, letting it serve, taking it out again."""

from __future__ import annotations

from eigenplan_host.probes import Answer, ask, find_fault
from eigenplan_host.refusal import FailedError
from eigenplan_host.site import SLOTS, Site
from eigenplan_host.state import Deployed

STEP_SECONDS = 0.25


def service_of(slot: str) -> str:
    """Return the name of the service that runs in a slot."""
    return f"web-{slot}"


def other(slot: str) -> str:
    """Return the slot to put the next version into: the one that is not given."""
    return SLOTS[1] if slot == SLOTS[0] else SLOTS[0]


def is_serving(site: Site, slot: str) -> bool:
    """Whether a slot is told to take requests."""
    return site.places.serving(slot).exists()


def let_serve(site: Site, slot: str) -> None:
    """Tell a slot to take requests."""
    path = site.places.serving(slot)
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.touch(mode=0o644)


def let_rest(site: Site, slot: str) -> None:
    """Tell a slot to take no more requests; those in hand are not touched."""
    site.places.serving(slot).unlink(missing_ok=True)


def ask_slot(site: Site, slot: str, path: str) -> Answer:
    """Ask a slot on its own port."""
    return ask(site.settings.port(slot), path, site.settings.domain)


def runs(site: Site, service: str, wanted: Deployed) -> bool:
    """Whether the container of a service runs what is wished for."""
    facts = site.host.facts(service)
    return facts.running and facts.image == wanted.image


def put_in(site: Site, slot: str, deployed: Deployed) -> None:
    """Start a version in a slot, not serving.

    Raises:
        FailedError: the host refuses.
    """
    service = service_of(slot)
    let_rest(site, slot)
    site.host.stop(service)
    site.host.tag(deployed.image, f"slot-{slot}")
    site.host.prepare(service)
    site.host.start(service)


def wait_until_good(site: Site, slot: str) -> None:
    """Wait until a slot could serve: alive, able to use the database, and its pages without errors.

    Raises:
        FailedError: it ended, or took longer than it may, or a page answered with an error.
    """
    deadline = site.host.clock() + site.settings.ready_seconds
    while not _is_ready(site, slot):
        _refuse_unsteady(site, slot)
        if site.host.clock() > deadline:
            raise FailedError(f"it was not ready after {site.settings.ready_seconds:g} s: {_excuse(site, slot)}")
        site.host.wait(STEP_SECONDS)
    fault = find_fault(site.settings.port(slot), site.settings.domain)
    if fault:
        raise FailedError(f"its pages do not work: {fault}")


def _excuse(site: Site, slot: str) -> str:
    answer = ask_slot(site, slot, "/readyz?database")
    return answer.reason if answer.status else site.host.complaint(service_of(slot))


def _is_ready(site: Site, slot: str) -> bool:
    return all(ask_slot(site, slot, path).status == 200 for path in ("/healthz", "/readyz?database"))


def _refuse_unsteady(site: Site, slot: str) -> None:
    service = service_of(slot)
    if not site.host.facts(service).is_steady:
        raise FailedError(f"it ended by itself: {site.host.complaint(service)}")


def watch(site: Site, slot: str) -> None:
    """Wait until the proxy must have seen a change, and see that a slot keeps serving meanwhile.

    Raises:
        FailedError: it does not.
    """
    deadline = site.host.clock() + site.settings.settle_seconds
    while site.host.clock() < deadline:
        site.host.wait(STEP_SECONDS)
        answer = ask_slot(site, slot, "/readyz")
        if answer.status != 200:
            raise FailedError(f"it stopped serving: {answer.reason}")
        _refuse_unsteady(site, slot)


def take_out(site: Site, slot: str) -> None:
    """End a slot: no more requests, then time for the proxy to see that, then a graceful end."""
    was_serving = is_serving(site, slot)
    let_rest(site, slot)
    if was_serving and site.host.facts(service_of(slot)).running:
        site.host.wait(site.settings.settle_seconds)
    site.host.stop(service_of(slot))
