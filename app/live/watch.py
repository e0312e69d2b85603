"""Looking at the database a few times a second, for all streams together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.live.hub import Hub
from app.operations.calendars.live_bookings import Days
from app.operations.calendars.live_changes import Position, first_position, look
from app.operations.installation.readiness import SchemaError, Store, check_schema

PAUSE_SECONDS = 0.25
AWAY_SECONDS = 1.0
SCHEMA_SECONDS = 10

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watch:
    """Looks by one thread of its own, which keeps its connection. ``trouble``: why it cannot see; empty while it can.

    A database that is away ends no stream: what was written meanwhile, or before, is found when it is back.
    """

    store: Store
    hub: Hub
    now: Callable[[], Instant]
    trouble: str = ""
    _position: Position | None = None
    _schema_due: Instant = 0
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "live-watch"))

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                await self.once()
                await asyncio.sleep(AWAY_SECONDS if self.trouble else PAUSE_SECONDS)
        finally:
            self._thread.submit(self.store.close)
            self._thread.shutdown()

    async def once(self) -> None:
        """Look once, and tell what was found."""
        began = self._position is None
        found = await asyncio.get_running_loop().run_in_executor(self._thread, self.look)
        if found is None:
            return
        if began:
            self.hub.begin(self.now())
        self.hub.publish(found, self.now())

    def look(self) -> Days | None:
        """Return what has changed; None when the database cannot be asked, which is told once."""
        try:
            found = self._look()
        except Unavailable as error:
            self._tell(f"the database cannot be used ({error.problem}); the streams stay open")
            return None
        except SchemaError as error:
            self._tell(str(error))
            return None
        if self.trouble:
            _log.info("the database can be used again")
            self.trouble = ""
        return found

    def _look(self) -> Days:
        now = self.now()
        if now >= self._schema_due:
            check_schema(self.store)
            self._schema_due = now + SCHEMA_SECONDS
        if self._position is None:
            self._position = first_position(self.store, now)
            return {}
        self._position, found = look(self.store, self._position, now)
        return found

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.warning("%s", trouble)
        self.trouble = trouble
