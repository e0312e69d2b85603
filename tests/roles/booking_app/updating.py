"""Hosts on which releases of all kinds, good and broken ones, can be made to run."""

from __future__ import annotations

from pathlib import Path

from eigenplan_host.site import Places

from .thread_host import SERVICES, Image, ThreadHost

KNOWN = (
    Image("one"),
    Image("two"),
    Image("never", "never-ready"),
    Image("error", "error-500"),
    Image("behind", "error-500-behind"),
    Image("dead", "dies-at-start"),
    Image("later", "dies-later"),
    Image("lazy", "worker-dies"),
    Image("mute", "live-dies"),
    Image("blind", "live-blind"),
    Image("without", options=frozenset()),
    Image("newer", schema=5),
    Image("older", schema=3),
)


def write_settings(places: Places, text: str = "") -> None:
    (places.settings / "secrets").mkdir(parents=True, exist_ok=True)
    (places.settings / "secrets" / "secret_key").write_text("k" * 64)
    (places.settings / "compose.yml").write_text("services: {}")
    (places.settings / "eigenplan.env").write_text(f"A='{text}'")


def bare_host(folder: Path) -> ThreadHost:
    host = ThreadHost(folder)
    write_settings(host.site().places)
    host.site().places.state.mkdir()
    for image in KNOWN:
        host.add(image)
    return host


def shut_down(host: ThreadHost) -> None:
    for service in SERVICES:
        host.stop_container(service)


def on(slot: str, web: str, singles: str) -> dict[str, str]:
    """What runs where a slot, worker and live process do."""
    return {f"web-{slot}": web, "worker": singles, "live": singles}


def enabled(slot: str) -> set[str]:
    """What starts with the host then."""
    return {f"web-{slot}", "worker", "live"}
