"""Visitors of a site: ``python -m tests.lab.load`` reads a plan (JSON) and prints how it went (JSON).

It runs in the network namespace of a client. Every visitor is a thread with one connection that it keeps open, now and
then a new one; every answer is looked at. Nothing is asked twice: what fails, for whatever reason, has failed.
"""

from __future__ import annotations

import json
import random
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.lab.form import read_form

TIMEOUT = 30.0
SHOWN = 20
DAY = 86_400
HORIZON_DAYS = 60
PART_DAYS = 30
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the visitors do."""

    origin: str
    service: str
    location: str
    capacity: int
    """How many can book the service at the same time."""
    requests: int
    """At least so many are sent."""
    authority: str = ""
    """A file with the certificate that vouches for the site's."""
    until: str = ""
    """They go on until this file is there."""
    visitors: int = 8
    rate: float = 120.0
    """Requests a second, all together."""
    seed: int = 1
    seconds: float = 1500.0
    """When they give up waiting for ``until``."""


@dataclass(slots=True)
class Outcome:
    """How it went; ``booked`` are the email addresses of those who were told that they have a booking."""

    requests: int = 0
    failed: int = 0
    shown: list[str] = field(default_factory=list)
    """The first failures, each with its time."""
    booked: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    slowest: float = 0.0
    seconds: float = 0.0


class WrongAnswerError(Exception):
    """An answer that is not what it has to be, as a sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    location: str


class Crowd:
    """What all visitors share: the plan, the clock, the free times, the outcome."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self.kinds: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.begun = time.monotonic()
        self.starts: list[int] = []
        self.context = ssl.create_default_context(cafile=plan.authority or None)

    def connect(self) -> HTTPConnection:
        """Return a new connection to the site, which is opened when it is used."""
        parts = urlsplit(self.plan.origin)
        with self.lock:
            self.outcome.connections += 1
        if parts.scheme == "https":
            return HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT, context=self.context)
        return HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)

    def turn(self, kind: str) -> None:
        """Count a request and wait until it may be sent."""
        with self.lock:
            number = self.outcome.requests
            self.outcome.requests += 1
            self.kinds[kind] += 1
        time.sleep(max(0.0, self.begun + number / self.plan.rate - time.monotonic()))

    def is_over(self) -> bool:
        """Say whether visitors may go home."""
        enough = self.outcome.requests >= self.plan.requests
        told = not self.plan.until or Path(self.plan.until).exists()
        return (enough and told) or time.monotonic() - self.begun > self.plan.seconds

    def fail(self, what: str) -> None:
        """Note a failure."""
        with self.lock:
            self.outcome.failed += 1
            if len(self.outcome.shown) < SHOWN:
                self.outcome.shown.append(f"after {time.monotonic() - self.begun:.1f} s: {what}")

    def note(self, seconds: float) -> None:
        """Note how long an answer took."""
        with self.lock:
            self.outcome.slowest = max(self.outcome.slowest, seconds)

    def next_start(self) -> int | None:
        """Return a time that nobody else was given, as often as the service can be booked then."""
        with self.lock:
            return self.starts.pop() if self.starts else None


class Visitor:
    """One thread, one connection."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd, self.plan = crowd, crowd.plan
        self.number = number
        self.dice = random.Random(f"{crowd.plan.seed}-{number}")
        self.connection = crowd.connect()
        self.bookings = 0

    def live(self) -> None:
        """Visit until it is over."""
        acts: list[Callable[[], None]] = [self.look, self.search, self.book]
        while not self.crowd.is_over():
            try:
                self.dice.choices(acts, (5, 3, 1))[0]()
            except (WrongAnswerError, HTTPException, OSError) as error:
                self.crowd.fail(f"{type(error).__name__}: {error}")
                self.renew()
            if self.dice.random() < 0.05:
                self.renew()
        self.connection.close()

    def renew(self) -> None:
        """Hang up; the next request makes a new connection."""
        self.connection.close()
        self.connection = self.crowd.connect()

    def look(self) -> None:
        """Open the page of all services, or the one of a service's free times."""
        if self.dice.random() < 0.5:
            self.get("page", "/", b"What would you like to book?")
        else:
            self.get("page", f"/book/times?{self.choice()}", b"/book/details?")

    def search(self) -> None:
        """Search for free times."""
        begin = int(time.time()) // DAY * DAY + self.dice.randrange(1, 30) * DAY
        answer = self.get("slots", f"/slots.json?{self.choice(start=begin, end=begin + DAY)}", b"[")
        found = json.loads(answer.body)
        if found != sorted(set(found)) or any(not begin <= one < begin + DAY for one in found):
            raise WrongAnswerError(f"The free times of one day are not: {str(found)[:200]}")

    def book(self) -> None:
        """Book a time: open its form, send it, read what is said then."""
        start = self.crowd.next_start()
        if start is None:
            return self.look()
        self.bookings += 1
        name = f"load-{self.plan.seed}-{self.number}-{self.bookings}@example.org"
        page = self.get("form", f"/book/details?{self.choice(start=start)}", b'name="email"').body
        form = {**read_form(page.decode(), "email"), "name": "Load Visitor", "email": name}
        done = self.ask("book", "POST", "/book", form)
        if done.status != 303 or not done.location.startswith("/book/done/"):
            raise WrongAnswerError(f"POST /book for {start} was answered {done.status} {text(done.body)}")
        with self.crowd.lock:
            self.crowd.outcome.booked.append(name)
        self.get("done", done.location, name.encode())
        return None

    def choice(self, **more: int) -> str:
        """Return the service and place, and more, as the query part of an address."""
        return urlencode({"service": self.plan.service, "location": self.plan.location, **more})

    def get(self, kind: str, path: str, wanted: bytes) -> Answer:
        """Ask for a page that has these words.

        Raises:
            WrongAnswerError: it has another status or lacks them.
        """
        answer = self.ask(kind, "GET", path)
        if answer.status != 200 or wanted not in answer.body:
            raise WrongAnswerError(f"GET {path} was answered {answer.status} {text(answer.body)}")
        return answer

    def ask(self, kind: str, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """Send a request, once, and read its answer to the end."""
        self.crowd.turn(kind)
        body = None if form is None else urlencode(form)
        headers = {} if form is None else {"Content-Type": FORM, "Origin": self.plan.origin}
        begun = time.monotonic()
        self.connection.request(method, path, body, headers)
        answer = read(self.connection.getresponse())
        self.crowd.note(time.monotonic() - begun)
        return answer


def read(response: HTTPResponse) -> Answer:
    """Read an answer to its end, so that its connection can be used again."""
    return Answer(response.status, response.read(), response.headers.get("Location", ""))


def text(body: bytes) -> str:
    """Return the beginning of a page for a message."""
    return body[:300].decode(errors="replace")


def find_starts(crowd: Crowd) -> list[int]:
    """Return the times that can be booked, in random order, each as often as it can be booked."""
    visitor, today = Visitor(crowd, 0), int(time.time()) // DAY * DAY
    found: list[int] = []
    for first in range(1, HORIZON_DAYS, PART_DAYS):
        begin = today + first * DAY
        path = f"/slots.json?{visitor.choice(start=begin, end=begin + PART_DAYS * DAY)}"
        found += json.loads(visitor.get("slots", path, b"[").body)
    visitor.connection.close()
    random.Random(crowd.plan.seed).shuffle(found)
    return found * crowd.plan.capacity


def run(plan: Plan) -> Outcome:
    """Let the visitors come and go.

    Raises:
        WrongAnswerError: the site does not say which times are free.
    """
    crowd = Crowd(plan)
    crowd.starts = find_starts(crowd)
    threads = [threading.Thread(target=Visitor(crowd, one + 1).live) for one in range(plan.visitors)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    outcome = crowd.outcome
    outcome.kinds, outcome.seconds = dict(crowd.kinds), time.monotonic() - crowd.begun
    return outcome


if __name__ == "__main__":
    print(json.dumps(asdict(run(Plan(**json.load(sys.stdin))))))
