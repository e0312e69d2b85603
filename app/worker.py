"""The worker: delivers outbox messages and does timed work, beside the web processes; any number may run at once.

It owes the database nothing in memory: ended at any moment, its next start goes on where it was.
"""

from __future__ import annotations

import logging
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from app import clock
from app.access.actors import SYSTEM
from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.config import Config
from app.integrations.mail.values import SmtpSettings
from app.operations.audit.sealing import seal_entries
from app.operations.clients.erasure import anonymise_old
from app.operations.context import Context
from app.operations.installation.keys import encrypt_anew
from app.operations.installation.upkeep import (
    forget_old_answers,
    forget_old_tries,
    release_expired,
    tell_about_approvals,
)
from app.operations.letters.deliver import Courier, deliver_next
from app.operations.letters.letterhead import Letterhead
from app.operations.letters.reminders import forget_runs, remind
from app.operations.presence import release_unclaimed
from app.storage.migrate import SchemaError, check_schema
from app.storage.reencrypt import Progress
from app.storage.store import Store
from app.translations import load_languages

IDLE_SECONDS = 1.0
"""Pause when nothing is due."""

STOP_SECONDS = 0.2
"""How soon a resting worker notices that it shall stop."""

UPKEEP_SECONDS = 10
FORGET_SECONDS = 3600
ANONYMISE_SECONDS = 86_400
SEAL_SECONDS = 5
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds between tries while something is wrong: 1, 2, 4 and so on up to 30."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worker:
    """One worker. ``now`` tells the present time; setting ``is_stopping`` ends ``run`` after the letter in hand.

    It is a plain flag, because a signal's handler sets it: a lock in there could wait for the thread it interrupts.
    """

    store: Store
    courier: Courier
    now: Callable[[], Instant] = clock.now
    is_stopping: bool = False
    _upkeep_due: Instant = 0
    _forget_due: Instant = 0
    _anonymise_due: Instant = 0
    _encrypted: Progress = field(default_factory=Progress)
    _seal_due: Instant = 0

    def run(self) -> None:
        """Work until ``is_stopping`` is set; a database that is away is waited for."""
        _log.info("worker started")
        pause = FIRST_WAIT
        while not self.is_stopping:
            if self._is_well(pause):
                pause = FIRST_WAIT
                self._rest(IDLE_SECONDS)
            else:
                self._rest(pause)
                pause = min(pause * 2, LONGEST_WAIT)
        _log.info("worker stopped")

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.is_stopping and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, STOP_SECONDS))

    def _is_well(self, pause: float) -> bool:
        """Do what is due; what nobody foresaw is logged without its text, which might quote a client's record."""
        try:
            self.run_once()
        except Unavailable as error:
            _log.warning("the database cannot be used (%s); trying again in %.0f s", error.problem, pause)
        except SchemaError as error:
            _log.error("%s", error)
        except Exception as error:  # noqa: BLE001  the worker's boundary: one bad message must not keep all others
            trace = "".join(traceback.format_tb(error.__traceback__))
            _log.error("work broke off by %s; going on in %.0f s\n%s", type(error).__name__, pause, trace)
        else:
            return True
        return False

    def run_once(self) -> int:
        """Do the timed work that is due and deliver all messages that are; return how many were tried.

        Raises:
            SchemaError: the database has another schema than this program, which therefore leaves it alone.
            Unavailable: the database cannot be used now.
        """
        self._do_upkeep()
        tried = 0
        while not self.is_stopping and deliver_next(self._context(), self.courier, self.now):
            tried += 1
            self._do_upkeep()
        return tried

    def _do_upkeep(self) -> None:
        now = self.now()
        if now >= self._upkeep_due:
            check_schema(self.store)
            while release_expired(self._context()):
                _log.info("gave back what had expired")
            while release_unclaimed(self._context()):
                _log.info("gave back what nobody had checked in to")
            while tell_about_approvals(self._context()):
                _log.info("told approvers what waits for them")
            remind(self._context())
            self._encrypted = encrypt_anew(self._context(), self._encrypted)
            self._upkeep_due = now + UPKEEP_SECONDS
        if now >= self._seal_due:
            seal_entries(self._context())
            self._seal_due = now + SEAL_SECONDS
        if now >= self._forget_due:
            forgotten = forget_old_answers(self._context())
            _log.info("forgot %d old answers, %d old tries", forgotten, forget_old_tries(self._context()))
            forget_runs(self._context())
            self._forget_due = now + FORGET_SECONDS
        if now >= self._anonymise_due:
            _log.info("took the clients out of %d old bookings", anonymise_old(self._context()))
            self._anonymise_due = now + ANONYMISE_SECONDS

    def _context(self) -> Context:
        return Context(self.store, SYSTEM, self.now())


def courier_of(config: Config) -> Courier:
    """Return how this installation's letters leave, in all languages that there are."""
    load_languages()
    head = Letterhead(config.base_url, config.mail_from, config.secret_key, config.language)
    if config.demo:
        return Courier(head, None)
    smtp = SmtpSettings(
        config.smtp_host, config.smtp_port, config.smtp_user, config.smtp_password, config.smtp_security
    )
    return Courier(head, smtp)


def stop_on_signals(worker: Worker) -> None:
    """Let SIGTERM and SIGINT end the worker after the letter in hand."""

    def stop(_: int, __: FrameType | None) -> None:
        worker.is_stopping = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
