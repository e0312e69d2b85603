"""Counting what limits per day, week and client are about."""

from __future__ import annotations

from peewee import fn

from app.booking.limits import check_limit, day_bounds_of, week_bounds_of
from app.booking.statuses import ACTIVE
from app.booking.values import Interval
from app.operations.context import Context
from app.operations.placing_types import Wanted
from app.storage.tables import Booking, Client
