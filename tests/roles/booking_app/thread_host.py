"""A host whose containers are small HTTP servers in threads of this process, with a clock that runs faster."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from eigenplan_host import slots, units
from eigenplan_host.host import Copying, Facts
from eigenplan_host.refusal import FailedError
from eigenplan_host.site import LIVE, SINGLES, SLOTS, WORKER, Places, Settings, Site
from eigenplan_host.state import load_state

SPEED = 20
"""How many seconds of the host pass in one of ours."""

BOTH_SERVE = "both slots serve"
SERVICES = (*map(slots.service_of, SLOTS), *SINGLES)


class KilledError(BaseException):
    """The tool was ended at once, as by signal 9: nothing of it may run after this."""


@dataclass(frozen=True, slots=True)
class Image:
    """What a container of it does: good, never-ready, error-500, dies-at-start, dies-later, worker-dies, live-dies,
    live-blind; ``options``: which it knows.
    """

    name: str
    manner: str = "good"
    schema: int = 4
    options: frozenset[str] = frozenset({"EIGENPLAN_LIVE_URL"})


@dataclass(slots=True)
class Container:
    image: Image
    server: ThreadingHTTPServer | None = None
    running: bool = False
    restarts: int = 0


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def live_handler(image: Image) -> type[BaseHTTPRequestHandler]:
    """Answer as the live process."""
    return _answering(lambda _: (503, "The database is locked.") if image.manner == "live-blind" else (200, "ready"))


def handler(image: Image, serving: Path) -> type[BaseHTTPRequestHandler]:
    """Answer as a slot."""
    pages = {
        "/healthz": (200, "alive"),
        "/sign-in": (200, image.name),
        "/": (500 if image.manner == "error-500" else 200, f'<a href="/book/x?a=1&amp;b=2">{image.name}</a>'),
        "/book/x?a=1&b=2": (500 if image.manner == "error-500-behind" else 200, "times"),
    }

    def answer(path: str) -> tuple[int, str]:
        if image.manner == "dies-later" and serving.exists():
            return 0, ""
        return ready(path) if path.startswith("/readyz") else pages.get(path, (404, ""))

    def ready(path: str) -> tuple[int, str]:
        if image.manner == "never-ready":
            return 503, "The database is locked."
        return (200, "ready") if "database" in path or serving.exists() else (503, "not serving")

    return _answering(answer)


def _answering(answer: Callable[[str], tuple[int, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = answer(self.path)
            if status:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def make_database(file: Path, *bookings: str) -> None:
    """Write a database with these bookings, of which nothing but that there are some is known to the tool."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE booking (name TEXT)")
        database.executemany("INSERT INTO booking VALUES (?)", [(one,) for one in bookings])


@dataclass(slots=True)
class ThreadHost:
    """``kill_at``: which of the changes to the host is the last one begun; ``end_at``: which one fails as the tool is
    asked to end; ``copied``, ``ran``: what was copied and run, with the files that the container was given; ``status``:
    what it ends with; ``links_to``: where what it leaves is only a link to.
    """

    folder: Path
    images: dict[str, Image] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    enabled: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    kill_at: int = -1
    end_at: int = -1
    schema: int = 0
    database: str = "sqlite"
    live: bool = True
    copied: list[tuple[Copying, dict[str, str]]] = field(default_factory=list)
    ran: list[tuple[tuple[str, ...], dict[str, str]]] = field(default_factory=list)
    status: int = 0
    links_to: Path | None = None
    refuses: str = ""
    said: list[str] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in (*SLOTS, LIVE)})

    def site(self) -> Site:
        names = ("etc", "state", "run", "releases", "data", "postgresql")
        places = Places(*(self.folder / name for name in names))
        settings = Settings(
            "example.org",
            self.database,
            port_a=self.ports["a"],
            port_b=self.ports["b"],
            port_live=self.ports[LIVE],
            ready_seconds=6,
            owner_uid=os.getuid(),
            service_gid=os.getgid(),
            owner_url="postgresql:///x?user=owner",
            postgresql_url="postgresql:///x",
            live=self.live,
        )
        return Site(places, settings, self, self.said.append)

    def add(self, image: Image) -> None:
        self.images[f"sha256:{image.name}"] = image
        self.tags[image.name] = f"sha256:{image.name}"

    def _change(self, text: str) -> None:
        self.changes.append(text)
        if len(self.changes) - 1 == self.kill_at:
            raise KilledError
        if len(self.changes) - 1 == self.end_at:
            raise FailedError("the tool was asked to end by SIGTERM")
        if self.refuses and text.startswith(self.refuses):
            raise FailedError(f"{text} is refused here")

    def image_id(self, image: str) -> str:
        return image if image in self.images else self.tags.get(image, "")

    def tag(self, image: str, name: str) -> None:
        self._change(f"tag {name}")
        self.tags[name] = self.image_id(image)

    def schema_of(self, name: str) -> int:
        return self.images[self.image_id(name)].schema

    def options_of(self, image: str) -> set[str]:
        return set(self.images[self.image_id(image)].options)

    def migrate(self, name: str) -> None:
        self._change(f"migrate {name}")
        self.schema = self.schema_of(name)

    def copy_database(self, copying: Copying) -> str:
        """A file that is copied into is there at once, and half of it stays when it fails."""
        if copying.target.startswith("sqlite:///"):
            Path(copying.target.removeprefix("sqlite:///")).touch()
        self._change("copy")
        given = sorted(Path(copying.folder).iterdir()) if copying.folder else []
        self.copied.append((copying, {one.name: one.read_text() for one in given}))
        return "booking: 2 rows\n2 rows in 1 tables are the same in both databases.\n"

    def run_at_terminal(self, words: Sequence[str], folder: Path) -> int:
        """An export writes what is in the database; an import makes one of what the archive says."""
        self._change(words[0])
        self.ran.append((tuple(words), {one.name: one.read_text() for one in sorted(folder.iterdir())}))
        if self.links_to:
            (folder / words[-1]).symlink_to(self.links_to)
        elif words[0] == "export":
            (folder / words[-1]).write_text("all records")
        elif not self.status:
            make_database(folder / "eigenplan.db", "imported")
        return self.status

    def prepare(self, service: str) -> None:
        self._change(f"prepare {service}")
        self.stop_container(service)
        tag = service if service in SINGLES else f"slot-{service[-1]}"
        self.containers[service] = Container(self.images[self.tags[tag]])

    def start(self, service: str) -> None:
        self._change(f"start {service}")
        if service in SINGLES:
            units.single_up(self.site(), service)
        else:
            units.slot_up(self.site(), service[-1])

    def stop(self, service: str) -> None:
        self._change(f"stop {service}")
        if service in SINGLES:
            units.single_down(self.site(), service)
        else:
            units.slot_down(self.site(), service[-1])

    def start_container(self, service: str) -> None:
        one = self.containers[service]
        if one.running:
            return
        one.running, one.restarts = True, 0
        if one.image.manner in ("dies-at-start", f"{service}-dies"):
            one.restarts = 1
        elif service == LIVE:
            self._serve(one, LIVE, live_handler(one.image))
        elif service != WORKER:
            slot = service[-1]
            self._serve(one, slot, handler(one.image, self.site().places.serving(slot)))

    def _serve(self, one: Container, name: str, answers: type[BaseHTTPRequestHandler]) -> None:
        one.server = Server(("127.0.0.1", self.ports[name]), answers)
        threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop_container(self, service: str) -> None:
        one = self.containers.get(service)
        if one and one.server:
            one.server.shutdown()
            one.server.server_close()
            one.server = None
        if one:
            one.running = False

    def enable(self, service: str, wanted: bool) -> None:
        self._change(f"enable {service} {wanted}")
        (self.enabled.add if wanted else self.enabled.discard)(service)

    def facts(self, service: str) -> Facts:
        one = self.containers.get(service)
        return Facts(one.running, one.restarts, f"sha256:{one.image.name}") if one else Facts()

    def complaint(self, service: str) -> str:
        return f"{service} has no words"

    def wait(self, seconds: float) -> None:
        """How often one waits depends on the machine; only that both slots serve meanwhile is a moment of its own."""
        both = all(slots.is_serving(self.site(), slot) for slot in SLOTS)
        if both and self.changes[-1] != BOTH_SERVE:
            self._change(BOTH_SERVE)
        time.sleep(seconds / SPEED)

    def clock(self) -> float:
        return time.monotonic() * SPEED

    def cut_power(self) -> None:
        """Lose all processes and what was in memory, and come up again."""
        self.kill_at = -1
        was_running = [service for service in SERVICES if self.facts(service).running]
        for service in SERVICES:
            self.stop_container(service)
        for slot in SLOTS:
            slots.let_rest(self.site(), slot)
        for service in was_running:
            self.start_container(service)
        for service in sorted(self.enabled):
            self.start(service)

    def serving(self) -> str:
        """Return the names of the images that take requests."""
        found = [self.containers[slots.service_of(slot)].image.name for slot in SLOTS if self._takes(slot)]
        return " ".join(found)

    def _takes(self, slot: str) -> bool:
        return slots.ask_slot(self.site(), slot, "/readyz").status == 200

    def running(self) -> dict[str, str]:
        return {service: one.image.name for service, one in sorted(self.containers.items()) if one.running}

    def active(self) -> str:
        return load_state(self.site().places.state).active
