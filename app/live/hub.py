"""Who listens to which location, and what was told lately: no I/O, one thread."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.booking.values import Instant
from app.operations.calendars.live_bookings import EVERYWHERE, Days
from app.operations.calendars.live_pass import MAX_AGE_SECONDS, Pass

RETRY_MILLISECONDS = (1000, 6000)
"""After what time, by chance between these, a browser comes back: not all at once after a restart."""
RENEW_MILLISECONDS = (20, 200)
"""The same where a stream has ended only because its time was over."""
HEARTBEAT_SECONDS = 15.0
MOST_WAITING = 100
"""Messages that wait for one slow reader; with one more the stream ends, and its page starts anew."""
MOST_OF_ONE = 40
"""Streams of one person, who may have many tabs, but not all there are."""
MOST_KEPT = 5000
MARK_BYTES = 8
SHOWN_SECONDS = 10
"""A page was read from the database so long before its pass was signed, at most."""

HEARTBEAT = b": still here\n\n"
REFRESH = "refresh"

_chance = secrets.SystemRandom()


class FullError(Exception):
    """There are as many streams as there may be; ``of_one``: of this person."""

    def __init__(self, of_one: bool) -> None:
        super().__init__("of one" if of_one else "of all")
        self.of_one = of_one


@dataclass(frozen=True, slots=True)
class Note:
    """What one look has found, under its number, and when; ``mark``: what nobody could name before it had happened."""

    number: int
    at: Instant
    days: Days
    mark: str

    def concerns(self, location: str) -> bool:
        """Whether it is about a location."""
        return location in self.days or EVERYWHERE in self.days


@dataclass(eq=False, slots=True)
class Stream:
    """One open page. Messages wait in it until its connection takes them."""

    location: str
    person: int
    is_ended: bool = False
    _waiting: deque[bytes] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, message: bytes) -> None:
        """Let a message wait; whoever takes too few of them is left."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self.end()
            return
        self._waiting.append(message)
        self._wake.set()

    def end(self) -> None:
        """End the stream after what waits."""
        self.is_ended = True
        self._wake.set()

    def renew(self) -> None:
        """End the stream because its time is over; the browser shall be back at once."""
        self.put(f"retry: {_chance.randint(*RENEW_MILLISECONDS)}\n\n".encode())
        self.end()

    async def take(self, seconds: float = HEARTBEAT_SECONDS) -> bytes:
        """Return all that waits, a sign of life after some seconds without anything, nothing at the end."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return HEARTBEAT
        found = b"".join(self._waiting)
        self._waiting.clear()
        if not self.is_ended:
            self._wake.clear()
        return found


class Hub:
    """All streams of a process.

    Args:
        most: streams at once.
        now: when the process began to look; what happened before is not known.
    """

    def __init__(self, most: int, now: Instant) -> None:
        self._most = most
        self._name = secrets.token_hex(4)
        self._number = 0
        self._complete_since = now
        self._kept: deque[Note] = deque()
        self._streams: dict[str, set[Stream]] = defaultdict(set)
        self._of_person: Counter[int] = Counter()
        self.is_closed = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return self._of_person.total()

    def open(self, given: Pass, last_id: str) -> Stream:
        """Return a new stream, in which waits what it has missed.

        Args:
            given: the pass, which says since when the page shows what it shows.
            last_id: the last message that its browser has seen; empty where there is none.

        Raises:
            FullError: there are too many.
        """
        if self._of_person[given.person] >= MOST_OF_ONE or self.count >= self._most:
            raise FullError(of_one=self.count < self._most)
        stream = Stream(given.location, given.person)
        stream.put(f"retry: {retry_after()}\nid: {self._id(self._number)}\n\n".encode())
        for message in self._missed(given, last_id):
            stream.put(message)
        self._streams[given.location].add(stream)
        self._of_person[given.person] += 1
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream that has ended; to say so twice is fine."""
        mates = self._streams[stream.location]
        if stream in mates:
            mates.remove(stream)
            self._of_person[stream.person] -= 1
        if not mates:
            del self._streams[stream.location]
        self._of_person += Counter()  # forgets whose count is 0

    def begin(self, now: Instant) -> None:
        """Begin anew: what was before is not known, so whoever is here shall look again."""
        self._complete_since = now
        self._kept.clear()
        self._number += 1
        for mates in self._streams.values():
            for stream in mates:
                stream.put(self._refresh())

    def publish(self, days: Days, now: Instant) -> None:
        """Tell everybody whom it concerns, and keep it for those who are just coming."""
        if not days:
            return
        self._number += 1
        note = Note(self._number, now, days, secrets.token_hex(MARK_BYTES))
        self._kept.append(note)
        while self._kept and (len(self._kept) > MOST_KEPT or self._kept[0].at < now - 2 * MAX_AGE_SECONDS):
            self._complete_since = max(self._complete_since, self._kept.popleft().at + 1)
        for location in list(self._streams) if EVERYWHERE in days else days:
            message = self._message(note, location)
            for stream in list(self._streams.get(location, ())):
                stream.put(message)

    def close(self) -> None:
        """End all streams; browsers come back, each after a time of its own."""
        self.is_closed = True
        for mates in self._streams.values():
            for stream in mates:
                stream.put(f"retry: {retry_after()}\n\n".encode())
                stream.end()

    def _missed(self, given: Pass, last_id: str) -> Iterator[bytes]:
        name, _, number = last_id.partition("-")
        if last_id and name == self._name and number.isdecimal():
            seen = int(number)
            is_whole = seen + 1 >= (self._kept[0].number if self._kept else self._number + 1)
            notes = [note for note in self._kept if note.number > seen]
        else:
            since = given.made_at - SHOWN_SECONDS
            is_whole = not last_id and since >= self._complete_since
            notes = [note for note in self._kept if note.at >= since]
        if not is_whole:
            yield self._refresh()
            return
        for note in notes:
            if note.concerns(given.location):
                yield self._message(note, given.location)

    def _refresh(self) -> bytes:
        return f"id: {self._id(self._number)}\nevent: {REFRESH}\ndata: {{}}\n\n".encode()

    def _message(self, note: Note, location: str) -> bytes:
        told: dict[str, object] = {"location": location, "mark": note.mark}
        dates = note.days[EVERYWHERE if EVERYWHERE in note.days else location]
        if dates is not None:
            told["days"] = [one.isoformat() for one in sorted(dates)]
        return f"id: {self._id(note.number)}\nevent: change\ndata: {json.dumps(told)}\n\n".encode()

    def _id(self, number: int) -> str:
        return f"{self._name}-{number}"


def retry_after() -> int:
    """Return after how many milliseconds a browser shall come back."""
    return _chance.randint(*RETRY_MILLISECONDS)
