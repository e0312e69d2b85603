"""What systemd's units call: a service comes up as it was made last, at a boot or within an update."""

from __future__ import annotations

from eigenplan_host import slots
from eigenplan_host.site import Site
from eigenplan_host.state import load_state


def slot_up(site: Site, slot: str) -> None:
    """Start a slot. Only the active one is let serve: all others wait for the update that started them.

    Raises:
        RefusedError: it is not known which one is active; the slot runs and does not serve.
        FailedError: it cannot be started.
    """
    site.host.start_container(slots.service_of(slot))
    if load_state(site.places.state).active != slot:
        return
    slots.let_serve(site, slot)
    idle = slots.other(slot)
    if not slots.is_serving(site, idle):  # Docker may have started again what an update has left behind
        site.host.stop_container(slots.service_of(idle))


def slot_down(site: Site, slot: str) -> None:
    """End a slot after what it has in hand."""
    slots.let_rest(site, slot)
    site.host.stop_container(slots.service_of(slot))


def single_up(site: Site, service: str) -> None:
    """Start the worker or the live process."""
    site.host.start_container(service)


def single_down(site: Site, service: str) -> None:
    """End the worker after the letter in hand, or the live process with its streams, whose browsers come back."""
    site.host.stop_container(service)
