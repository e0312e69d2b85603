"""What a look says about features and formats."""

from __future__ import annotations

import pytest

from app.booking.formats import Formats
from app.look.features import FIELDS, Feature
from app.look.look import check_look, flat

GOOD = {
    "switched_off": "find  waiting",
    "date_format": "iso",
    "time_format": "12",
    "week_start": "sun",
    "working_days": "fri mon",
}


def test_features_and_formats_are_kept_in_one_order() -> None:
    look, problems = check_look(GOOD, ("en",))
    assert problems == {}
    assert flat(look) == {**GOOD, "word": "client", "switched_off": "waiting find", "working_days": "mon fri"}
    assert [one for one in Feature if not look.has(one)] == [Feature.WAITING, Feature.FIND]
    assert look.formats == Formats("iso", "12", 6, (0, 4))


def test_look_without_any_has_everything_and_plain_formats() -> None:
    look, _ = check_look({}, ("en",))
    assert (all(look.has(one) for one in Feature), look.formats) == (True, Formats())


@pytest.mark.parametrize("name", FIELDS)
def test_unknown_word_is_refused_with_those_that_there_are(name: str) -> None:
    _, problems = check_look({name: "nonsense"}, ("en",))
    assert list(problems) == [name]
    assert problems[name].startswith("Please choose ")
