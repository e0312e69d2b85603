"""Days in words, in every language apart."""

from __future__ import annotations

from datetime import date
from gettext import NullTranslations

import pytest

from app import texts
from app.booking.dates import (
    date_and_time,
    date_text,
    month_name,
    short_date_text,
    short_month_name,
    short_weekday_name,
    weekday_name,
)
from app.booking.formats import DOTS, Formats, using_formats

DAY = date(2030, 5, 6)
CODE = "x-loud"


class Loud(NullTranslations):
    """Says everything in capitals, and days with a comma and a point; its short names end with a point."""

    def gettext(self, message: str) -> str:
        return message.replace("weekday} {day}", "weekday}, {day}.") if "{" in message else message.upper()

    def pgettext(self, context: str, message: str) -> str:
        return f"{message.upper()}." if context == "short" else message.upper()


@pytest.fixture(autouse=True)
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_catalogs", {**texts._catalogs, CODE: Loud()})


def test_day_is_said_in_the_language_spoken_and_in_no_other() -> None:
    for _again in range(2):
        assert (date_text(DAY), short_date_text(DAY)) == ("Monday 6 May 2030", "Mon 6 May")
        with texts.speaking(CODE):
            assert (date_text(DAY), short_date_text(DAY)) == ("MONDAY, 6. MAY 2030", "MON., 6. MAY.")


def test_short_day_with_its_year_is_said_as_the_site_writes_dates() -> None:
    said = [date_and_time(DAY, "10:00", is_short=True)]
    with using_formats(lambda: Formats(date=DOTS)):
        said.append(date_and_time(DAY, "10:00", is_short=True))
    assert said == ["Mon 6 May 2030, 10:00", "Mon 06.05.2030, 10:00"]


def test_names_of_days_and_months_in_full_and_short() -> None:
    assert [weekday_name(0), weekday_name(6), short_weekday_name(6)] == ["Monday", "Sunday", "Sun"]
    assert [month_name(1), month_name(12), short_month_name(9)] == ["January", "December", "Sep"]
    with texts.speaking(CODE):
        assert [short_weekday_name(6), month_name(5), short_month_name(5)] == ["SUN.", "MAY", "MAY."]


def test_sign_of_the_zone_comes_after_the_time() -> None:
    said = [date_and_time(DAY, "02:30"), date_and_time(DAY, "02:30", "CEST")]
    assert said == ["Monday 6 May 2030, 02:30", "Monday 6 May 2030, 02:30 CEST"]
