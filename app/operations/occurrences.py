"""Which occurrences a change of a recurring booking reaches, and where the change puts each."""

from __future__ import annotations

from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant
from app.booking.wall_clock import local_minute_of, resolve
from app.operations.records import locked
from app.operations.requests import Reach
from app.storage.tables import Booking
