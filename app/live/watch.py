"""Looking at the database a few times a second, for all streams together."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.live.hub import Hub
from app.operations.live_changes import EVERYWHERE, Days, Position, first_position, look
from app.operations.readiness import SchemaError, Store, check_schema

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
        loop = asyncio.get_running_loop()
        try:
            while True:
                found = await loop.run_in_executor(self._thread, self.look)
                if found is not None:
                    self.hub.publish(found, self.now())
                await asyncio.sleep(AWAY_SECONDS if self.trouble else PAUSE_SECONDS)
        finally:
            self._thread.submit(self.store.close)
            self._thread.shutdown()

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
        except Exception as error:  # noqa: BLE001  the boundary of this process: what nobody foresaw must end no stream
            trace = "".join(traceback.format_tb(error.__traceback__))  # without its text, which might quote a record
            self._tell(f"looking broke off by {type(error).__name__}; beginning anew\n{trace}")
            self._position = None
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
            return {EVERYWHERE: None}  # whoever is here already may have missed what was before
        self._position, found = look(self.store, self._position, now)
        return found

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            _log.warning("%s", trouble)
        self.trouble = trouble
