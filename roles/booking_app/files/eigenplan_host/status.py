"""What runs, as a table for people and as facts for the playbook."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from eigenplan_host import images, singles, slots
from eigenplan_host.probes import ask
from eigenplan_host.site import LIVE, SLOTS, WORKER, Site
from eigenplan_host.state import Deployed, State, load_state
from eigenplan_host.update import is_done, wish

HEADINGS = ("service", "release", "role", "health", "since (UTC)")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    service: str
    release: str
    role: str
    health: str
    since: str
    is_good: bool = True


def rows(site: Site) -> list[Row]:
    """Return a line for each slot, one for the worker, and one for the live process."""
    state = load_state(site.places.state)
    return [*(_slot_row(site, state, slot) for slot in SLOTS), _worker_row(site, state), _live_row(site, state)]


def _slot_row(site: Site, state: State, slot: str) -> Row:
    deployed, service = state.web.get(slot), slots.service_of(slot)
    facts = site.host.facts(service)
    active = slot == state.active
    if not facts.running:
        return Row(service, _release(deployed), "active" if active else "idle", "stopped", "-", not active)
    answer = ask(site.settings.port(slot), "/readyz", site.settings.domain)
    health = answer.text or f"answers {answer.status}"
    return Row(service, _release(deployed), *_role(active, health), _moment(deployed), active and answer.status == 200)


def _role(active: bool, health: str) -> tuple[str, str]:
    """Return the role of a service that runs, and its health with what to do about one that should not."""
    return ("active", health) if active else ("left over", f"{health}; end it: sudo eigenplan update")


def _worker_row(site: Site, state: State) -> Row:
    facts = site.host.facts(WORKER)
    health = "stopped"
    if facts.running:
        health = f"running, restarted {facts.restarts} times" if facts.restarts else "running"
    return Row(WORKER, _release(state.worker), "active", health, _moment(state.worker), facts.running)


def _live_row(site: Site, state: State) -> Row:
    wanted = state.serving is not None and singles.belongs(site, LIVE, state.serving)
    if not site.host.facts(LIVE).running:
        return Row(LIVE, _release(state.live), "active" if wanted else "off", "stopped", "-", not wanted)
    answer = singles.ask_live(site)
    role = _role(wanted, answer.text or f"answers {answer.status}")
    return Row(LIVE, _release(state.live), *role, _moment(state.live), wanted and answer.status == 200)


def _release(deployed: Deployed | None) -> str:
    return deployed.release if deployed else "-"


def _moment(deployed: Deployed | None) -> str:
    return datetime.fromtimestamp(deployed.since, UTC).strftime("%Y-%m-%d %H:%M") if deployed else "-"


def table(found: list[Row]) -> str:
    """Return the lines as a table."""
    cells = [HEADINGS, *((row.service, row.release, row.role, row.health, row.since) for row in found)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def facts(site: Site) -> dict[str, Any]:
    """Return what the playbook asks for: images, archives, the state, and whether all is as wished."""
    return {
        "state": facts_of_state(site),
        "releases": images.releases(site),
        "base": site.host.image_id(images.BASE),
        "archives": images.archives(site),
    }


def facts_of_state(site: Site) -> dict[str, Any]:
    """Return what is noted about slots, worker and live process."""
    return asdict(load_state(site.places.state))


def is_up_to_date(site: Site, release: str) -> bool:
    """Whether an update to a release would change nothing."""
    state = load_state(site.places.state)
    return is_done(site, state, wish(site, state, release))
