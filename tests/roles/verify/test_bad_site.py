"""Every broken promise of a site is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from eigenplan_outside.answers import check_answers, check_live
from eigenplan_outside.booking import check_booking
from eigenplan_outside.encryption import check_encryption
from eigenplan_outside.findings import FAILED, Finding
from eigenplan_outside.target import Target

from tests.roles.verify.bad_site import careless_site


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with careless_site(tmp_path_factory.mktemp("careless")) as target:
        yield target


def failed(findings: Iterator[Finding]) -> dict[str, str]:
    return {one.check: one.found for one in findings if one.result == FAILED}


def test_old_encryption_and_missing_http2_are_told(careless: Target) -> None:
    assert failed(check_encryption(careless, time.time(), renewed=True)) == {
        "TLS 1.0 refused": "TLSv1 was agreed on",
        "TLS 1.1 refused": "TLSv1.1 was agreed on",
        "HTTP/2": "agreed on nothing",
    }


def test_every_careless_answer_is_told(careless: Target) -> None:
    found = failed(check_answers(careless))
    assert found.pop("headers of a page").endswith("permissions-policy; tells of itself: server")
    assert [name for name in found if name.startswith("headers of")] == [
        "headers of an error page",
        "headers of a page of the proxy",
        "headers of a static file",
    ]
    assert {name: text for name, text in found.items() if not name.startswith("headers of")} == {
        "HTTP leads to HTTPS": "status 200, to nowhere",
        "/readyz shut": "answered: /readyz, //readyz, /READYZ, /%72eadyz, /x/../readyz",
        "compression": "none",
        "forged X-Forwarded headers": "status 200",
        "other names unanswered": "status 200, 37 bytes",
        "size of requests limited": "status 200 for 2 MB",
    }


def test_doubled_header_is_told(careless: Target) -> None:
    assert "x-frame-options" in failed(check_answers(careless))["headers of a page"]


def test_page_in_the_place_of_the_live_process_is_told(careless: Target) -> None:
    found = check_live(careless)
    assert (found.result, found.found) == (FAILED, "status 200, not by the live process")


def test_page_without_times_is_told(careless: Target) -> None:
    assert failed(check_booking(careless, "/book/times", "ada@example.org")) == {
        "a booking is made": "the page does not show a free time"
    }


def test_certificate_of_another_name_is_told(careless: Target, tmp_path: Path) -> None:
    other = Target("other.test", careless.address, careless.roots, careless.https_port, careless.http_port)
    (found,) = failed(check_encryption(other, time.time(), renewed=True)).keys() & {"certificate trusted"}
    assert found == "certificate trusted"
