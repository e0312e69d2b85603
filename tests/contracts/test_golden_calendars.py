"""The calendar files that mails carry, byte for byte, and read back by the reader of other people's files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.booking.statuses import Status
from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Busy, Window
from app.integrations.ics.write import BookingEvent, Person, method_of, write_bookings
from tests.cast import HOUR, MONDAY, NOW
from tests.contracts.golden_files import golden

TEN = MONDAY + 10 * HOUR
EVENT = BookingEvent(
    uid="b1@book.example.org",
    sequence=2,
    status=Status.CONFIRMED,
    start=TEN,
    end=TEN + HOUR // 2,
    stamped_at=NOW,
    summary="Consultation, first; with a long name that has to be folded onto a second line of the file",
    location="Health Centre North, 12 Long Street",
    organizer=Person("The Centre", "centre@example.org"),
    attendee=Person('Ada "Ångström" Client', "ada@example.org"),
    description="Consultation\nMonday 7 January 2030, 10:00 to 10:30 (UTC)",
    url="https://book.example.org/manage/b1.mac",
)


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.REQUESTED, Status.CANCELLED])
def test_calendar_file_is_byte_for_byte_the_golden_one(status: Status) -> None:
    content = write_bookings([replace(EVENT, status=status)], method_of(status)).decode()
    assert content == golden(f"booking_{status.value}.ics", content)


def test_calendar_file_of_a_series_is_the_golden_one() -> None:
    later = replace(EVENT, uid="b2@book.example.org", start=TEN + 168 * HOUR, end=TEN + 169 * HOUR, url="")
    content = write_bookings([EVENT, later], "PUBLISH").decode()
    assert content == golden("series.ics", content)


@pytest.mark.parametrize(
    ("status", "method"),
    [
        (Status.HELD, "REQUEST"),
        (Status.COMPLETED, "REQUEST"),
        (Status.NO_SHOW, "REQUEST"),
        (Status.DECLINED, "CANCEL"),
        (Status.CANCELLED, "CANCEL"),
    ],
)
def test_method_follows_the_status(status: Status, method: str) -> None:
    assert method_of(status) == method


def test_booking_reads_back_as_busy_and_cancelled_as_ignored() -> None:
    window = Window(MONDAY, MONDAY + 24 * HOUR, "Europe/Berlin")
    reading = read_busy(write_bookings([replace(EVENT, summary="Consultation")], "REQUEST"), window)
    assert reading.busy == (Busy(TEN, TEN + HOUR // 2, "b1@book.example.org", "Consultation"),)
    gone = read_busy(write_bookings([replace(EVENT, status=Status.CANCELLED)], "CANCEL"), window)
    assert (gone.busy, gone.ignored, gone.problems) == ((), 1, ())


def test_text_from_clients_cannot_add_lines_to_the_file() -> None:
    evil = "x\r\nATTENDEE:mailto:mallory@example.org"
    content = write_bookings(
        [replace(EVENT, summary=evil, location=evil, attendee=Person(evil, "ada@example.org"))], "REQUEST"
    )
    assert b"\r\nATTENDEE:mailto:mallory" not in content
