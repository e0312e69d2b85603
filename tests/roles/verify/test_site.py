"""The checks against a real site that keeps all its promises, and against ones that do not."""

from __future__ import annotations

import time
from dataclasses import replace

from eigenplan_outside.answers import check_answers, check_clock, check_live
from eigenplan_outside.booking import check_booking
from eigenplan_outside.encryption import check_encryption
from eigenplan_outside.findings import FAILED, Finding, good
from eigenplan_outside.host import check_mails

from tests.roles.reverse_proxy.rig import free_ports
from tests.roles.verify.conftest import Site

MAILS = {"confirmed": "pending", "cancelled": "pending"}


def troubles(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.result != "ok"]


def test_encryption_of_a_good_site_is_praised(site: Site) -> None:
    found = list(check_encryption(site.target, time.time(), renewed=True))
    assert troubles(found) == []
    assert [one.check for one in found] == [
        "certificate trusted",
        "TLS version",
        "certificate lasts",
        "TLS 1.0 refused",
        "TLS 1.1 refused",
        "HTTP/2",
    ]


def test_answers_of_a_good_site_are_praised(site: Site) -> None:
    found = list(check_answers(site.target))
    assert troubles(found) == []
    assert len(found) == 11


def test_clock_of_a_good_site_is_praised(site: Site) -> None:
    assert check_clock(site.target).result == "ok"


def test_live_process_of_a_good_site_is_known_by_its_refusal(site: Site) -> None:
    assert check_live(site.target) == good("live calendars", "the live process answers")


def test_booking_is_made_and_cancelled_and_its_mails_are_told(site: Site) -> None:
    path = site.command("probe", "open")["path"]
    found = list(check_booking(site.target, path, "ada@example.org"))
    status = site.command("probe", "status")
    assert (troubles(found), status["booking"]["status"]) == ([], "cancelled")
    assert {one["kind"]: one["status"] for one in status["booking"]["messages"]} == MAILS
    assert site.command("probe", "close")["cancelled"] == 0


def test_booking_of_a_closed_service_says_which_step_failed(site: Site) -> None:
    path = site.command("probe", "open")["path"]
    site.command("probe", "close")
    (found,) = check_booking(site.target, path, "ada@example.org")
    assert (found.check, found.result) == ("a booking is made", FAILED)
    assert found.found.startswith("GET /book/times was answered with status 4")


def test_certificate_of_an_unknown_authority_is_a_failure_and_the_rest_is_looked_at(site: Site) -> None:
    found = list(check_encryption(replace(site.target, roots=()), time.time(), renewed=True))
    assert [one.check for one in troubles(found)] == ["certificate trusted"]
    assert "unable to get" in found[0].found
    assert len(found) == 4


def test_certificate_that_is_not_renewed_is_a_failure(site: Site) -> None:
    found = list(check_encryption(site.target, time.time() + 11 * 3600, renewed=True))
    assert [one.check for one in troubles(found)] == ["certificate lasts"]


def test_given_certificate_that_ends_soon_is_a_warning_then_a_failure(site: Site) -> None:
    """The one of the test lives for twelve hours, so that other times are told to the check."""
    results = [
        next(
            one.result for one in check_encryption(site.target, now, renewed=False) if one.check == "certificate lasts"
        )
        for now in (time.time() - days * 86_400 for days in (30, 10, 1))
    ]
    assert results == ["ok", "warning", FAILED]


def test_site_that_does_not_listen_is_one_failure_each(site: Site) -> None:
    away = replace(site.target, https_port=free_ports(1)[0])
    found = [*check_encryption(away, time.time(), renewed=True), *check_answers(away), check_clock(away)]
    assert [(one.check, one.result) for one in found] == [
        ("TLS", FAILED),
        ("first page", FAILED),
        ("clocks agree", FAILED),
    ]


def test_mails_that_wait_are_a_failure_in_the_end(site: Site) -> None:
    assert (
        check_mails('{"booking": {"messages": [{"kind": "confirmed", "status": "pending", "error": ""}]}}').result
        == FAILED
    )
