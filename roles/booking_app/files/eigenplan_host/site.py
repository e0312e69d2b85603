"""Where things are on a host, what the role has set, and what every step of an update is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from eigenplan_host.refusal import RefusedError

if TYPE_CHECKING:
    from eigenplan_host.host import Host

SLOTS = ("a", "b")
WORKER = "worker"
LIVE = "live"
SINGLES = (WORKER, LIVE)
"""Services of which there is one; they follow the slot that serves."""


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of an installation; tests give their own. ``data``, ``postgresql``: the same inside of containers."""

    settings: Path = Path("/etc/eigenplan")
    state: Path = Path("/var/lib/eigenplan-host")
    running: Path = Path("/run/eigenplan")
    releases: Path = Path("/opt/eigenplan/releases")
    data: Path = Path("/var/lib/eigenplan")
    postgresql: Path = Path("/var/run/postgresql")

    def serving(self, slot: str) -> Path:
        """Return the file whose presence lets a slot take requests."""
        return self.running / slot / "serving"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the role has written to ``host.json``; times in seconds.

    ``ready_seconds``: how long a new version may take to become ready. ``probe_seconds``: how often the proxy asks
    ``/readyz``. ``database``: where bookings are kept. ``owner_uid``: the account that migrates PostgreSQL;
    ``service_gid``: the group that may read the master key. ``live``: whether open calendars shall be told of changes.
    ``owner_url``, ``postgresql_url``: PostgreSQL as that account reaches it and as the service does, used or not.
    """

    domain: str
    database: str = "sqlite"
    port_a: int = 8001
    port_b: int = 8002
    port_live: int = 8010
    ready_seconds: float = 60
    probe_seconds: float = 1
    stop_seconds: int = 40
    build_megabytes: int = 1200
    owner_uid: int = 821
    service_gid: int = 820
    owner_url: str = ""
    postgresql_url: str = ""
    live: bool = True

    @property
    def service_uid(self) -> int:
        """The service's account, which has its group's number."""
        return self.service_gid

    def port(self, slot: str) -> int:
        """Return the port of a slot on the loopback address."""
        return self.port_a if slot == "a" else self.port_b

    @property
    def settle_seconds(self) -> float:
        """How long until the proxy has surely seen a change of ``/readyz``: two of its questions and some."""
        return 2.5 * self.probe_seconds


@dataclass(frozen=True, slots=True)
class Site:
    """One installation on this host: its folders, its settings, what can be done to it, and where words go."""

    places: Places
    settings: Settings
    host: Host
    say: Callable[[str], None]


def load_settings(places: Places) -> Settings:
    """Return what the role has written.

    Raises:
        RefusedError: the file is not there or is not of this version.
    """
    path = places.settings / "host.json"
    known = {field.name for field in fields(Settings)}
    try:
        given = json.loads(path.read_text("utf-8"))
        return Settings(**{name: value for name, value in given.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise RefusedError(f"{path} cannot be read ({error}); run the playbook again, which writes it.") from error
