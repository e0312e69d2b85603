"""The benchmarks in short form: a figure fails here only when it misses its target by three times.

A test machine does other things at the same time; the table in docs/benchmarks.md comes from the long form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands.bench import command
from tests.bench import report
from tests.bench.answers import measure_answers
from tests.bench.bookings import compare_databases, measure_bookings
from tests.bench.browser import measure_browser
from tests.bench.costs import WITHOUT, measure_costs
from tests.bench.databases import KINDS, Databases, open_databases
from tests.bench.encryption import measure_encryption
from tests.bench.figures import Figure, at_least, at_most, reported
from tests.bench.memory import measure_memory
from tests.bench.pages import measure_pages
from tests.bench.rig import SHORT, Rig, open_rig
from tests.bench.rules import measure_deciding, measure_rules

SLACK = 3.0


def missed(figures: list[Figure]) -> list[str]:
    """The figures that are far from their targets, in words."""
    return [f"{one.name}: {one.value_text}, {one.target_text}, {one.note}" for one in figures if not one.holds(SLACK)]


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with open_databases() as opened:
        yield opened


@pytest.fixture(scope="module", params=KINDS)
def rig(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Rig]:
    with open_rig(databases, request.param, SHORT) as opened:
        yield opened


class TestServers:
    pytestmark = pytest.mark.race

    def test_free_slots_are_not_far_from_the_reference(self, rig: Rig) -> None:
        assert missed(measure_answers(rig, SHORT)) == []

    def test_booking_is_not_far_from_the_reference(self, rig: Rig) -> None:
        assert missed(measure_bookings(rig, SHORT)) == []

    def test_memory_of_a_web_process_stays_small(self, databases: Databases, rig: Rig) -> None:
        assert missed(measure_memory(databases, rig, SHORT)) == []


class TestPages:
    pytestmark = pytest.mark.race

    def test_every_page_of_the_demo_answers_in_time(self, databases: Databases) -> None:
        assert missed(measure_pages(databases, ["sqlite"], SHORT)) == []


class TestEncryption:
    pytestmark = pytest.mark.race

    def test_encryption_costs_little(self, databases: Databases) -> None:
        assert missed(measure_encryption(databases, ["sqlite"], SHORT)) == []


class TestCosts:
    pytestmark = pytest.mark.race

    def test_each_thing_left_out_is_one_line(self, databases: Databases) -> None:
        figures = measure_costs(databases, ["sqlite"], replace(SHORT, rounds=1))
        assert [one.name for one in figures] == [f"sqlite: booking without {name}" for name in WITHOUT]
        assert [one.name for one in figures if not 1 / SLACK < one.value < SLACK] == []


class TestBrowser:
    pytestmark = pytest.mark.browser

    def test_pages_are_light_quick_and_steady(self, databases: Databases) -> None:
        figures = measure_browser(databases, replace(SHORT, rounds=2))
        assert missed([one for one in figures if one.unit in ("s", "/s")]) == []
        exact = [one for one in figures if one.unit not in ("s", "/s")]  # these do not depend on the machine
        assert [f"{one.name}: {one.value_text}, {one.target_text}" for one in exact if not one.holds()] == []


class TestRulesAlone:
    pytestmark = pytest.mark.race  # where coverage is counted, each line takes several times as long

    def test_rules_are_not_far_from_a_plain_sweep(self) -> None:
        assert missed(measure_rules()) == []

    def test_deciding_takes_next_to_nothing(self) -> None:
        assert missed(measure_deciding()) == []


def test_figure_at_its_target_holds_on_either_side() -> None:
    figures = [at_most("a", 3.0, 3.0), at_most("b", 3.1, 3.0), at_least("c", 0.4, 0.4), at_least("d", 0.39, 0.4)]
    assert [one.verdict for one in figures] == ["met", "MISSED", "met", "MISSED"]


def test_figure_without_a_target_is_only_reported() -> None:
    figure = reported("bookings a second", 123.4, "/s")
    assert (figure.verdict, figure.target_text, figure.value_text, figure.holds()) == ("–", "reported", "123 /s", True)


def test_databases_are_compared_by_their_booking_rates() -> None:
    figures = [reported("sqlite: bookings a second", 200, "/s"), reported("postgresql: bookings a second", 100, "/s")]
    assert [one.value for one in compare_databases(figures)] == [0.5]
    assert compare_databases(figures[:1]) == []


def test_table_replaces_what_stands_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_page("new", page)
    assert page.read_text() == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


def test_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("by hand\n")
    with pytest.raises(ValueError, match="needs the lines"):
        report.write_page("new", page)
    assert page.read_text() == "by hand\n"


def test_table_names_figure_target_and_verdict() -> None:
    line = report.as_table([at_most("rules alone", 1.234, 5.0, note="0.1 ms against 0.1 ms")]).splitlines()[-1]
    assert line == "| rules alone | ≤ 5 × | 1.23 × | met | 0.1 ms against 0.1 ms |"


def test_command_for_one_group_shows_its_figures_and_leaves_the_page_alone() -> None:
    before = report.PAGE.read_text()
    result = CliRunner().invoke(command, ["--only", "rules"])
    assert "rules alone, 1 provider × 30 days" in result.output
    assert (result.exit_code in (0, 1), report.PAGE.read_text()) == (True, before)


def test_command_refuses_an_unknown_group() -> None:
    result = CliRunner().invoke(command, ["--only", "speed"])
    assert (result.exit_code, "'speed' is not one of" in result.output) == (2, True)
