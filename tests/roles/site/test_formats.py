"""The formats of values: what is taken, and what is refused."""

from __future__ import annotations

import pytest
from eigenplan_inventory import formats
from eigenplan_inventory.formats import Check

GOOD: list[tuple[Check, str]] = [
    (formats.check_name, "bookings.lab.test"),
    (formats.check_name, "a.b"),
    (formats.check_name, "xn--bcher-kva.test"),
    (formats.check_host, "10.0.0.1"),
    (formats.check_host, "mail.lab.test"),
    (formats.check_own_address, "10.0.0.1"),
    (formats.check_relay, "10.0.0.1"),
    (formats.check_relay, "mail.lab.test"),
    (formats.check_email, "ada@lab.test"),
    (formats.check_email, "ada.l+x@Lab.Test"),
    (formats.check_sender, "ada@lab.test"),
    (formats.check_sender, "Bookings <ada@lab.test>"),
    (formats.check_zone, "Europe/Rome"),
    (formats.check_zone, "UTC"),
    (formats.check_web_address, "http://10.0.0.1:3128"),
    (formats.check_web_address, "https://mirror.lab.test/debian"),
    (formats.check_directory, "https://ca.lab.test/acme/directory"),
    (formats.check_account, "eigenplan-owner"),
    (formats.check_port, "25"),
    (formats.check_port, "65535"),
    (formats.check_uid, "820"),
    (formats.check_words, "Ada Example"),
]

WRONG: list[tuple[Check, str, str]] = [
    (formats.check_name, "https://bookings.lab.test", "the name alone"),
    (formats.check_name, "bookings.lab.test/a", "the name alone"),
    (formats.check_name, "bücher.test", "as DNS knows it"),
    (formats.check_name, "Bookings.lab.test", "small letters"),
    (formats.check_name, "bookings", "a full name"),
    (formats.check_name, "bookings.", "a full name"),
    (formats.check_name, "-a.test", "a full name"),
    (formats.check_name, "a_b.test", "a full name"),
    (formats.check_name, "10.0.0.1", "a full name"),
    (formats.check_name, ".".join(["a" * 63] * 4), "a full name"),
    (formats.check_host, "10.0.0.256", "full name or its IPv4"),
    (formats.check_relay, "127.0.0.1", "the container itself"),
    (formats.check_relay, "localhost", "the container itself"),
    (formats.check_relay, "localhost.localdomain", "the container itself"),
    (formats.check_relay, "mail", "full name or its IPv4"),
    (formats.check_own_address, "10.0.0.1/24", "without a prefix length"),
    (formats.check_own_address, "fe80::1", "an IPv4 address"),
    (formats.check_own_address, "127.0.0.1", "others reach the host"),
    (formats.check_own_address, "0.0.0.0", "others reach the host"),  # noqa: S104 compared, not bound
    (formats.check_own_address, "224.0.0.1", "others reach the host"),
    (formats.check_own_address, "169.254.3.4", "others reach the host"),
    (formats.check_own_address, "255.255.255.255", "others reach the host"),
    (formats.check_email, "ada", "an e-mail address"),
    (formats.check_email, "ada@localhost", "an e-mail address"),
    (formats.check_email, "a da@lab.test", "an e-mail address"),
    (formats.check_sender, "Bookings", "an address, or a name"),
    (formats.check_sender, "ada@lab.test, bo@lab.test", "an address, or a name"),
    (formats.check_zone, "Europe/Rme", "did you mean Europe/Rome"),
    (formats.check_zone, "here", "an IANA time zone"),
    (formats.check_web_address, "proxy.lab.test:3128", "begin with http://"),
    (formats.check_web_address, "http://", "begin with http://"),
    (formats.check_web_address, "http://a.test:99999", "begin with http://"),
    (formats.check_web_address, "http://a.test:0", "begin with http://"),
    (formats.check_directory, "http://ca.lab.test/acme", "begin with https://"),
    (formats.check_account, "Ada", "small letters"),
    (formats.check_port, "0", "a port between"),
    (formats.check_port, "65536", "a port between"),
    (formats.check_uid, "0", "between 100 and"),
    (formats.check_words, " ", "not be empty"),
    (formats.check_words, "a\nb", "on one line"),
]


@pytest.mark.parametrize(("check", "text"), GOOD)
def test_format_that_is_right_is_taken(check: Check, text: str) -> None:
    assert check(text) == ""


@pytest.mark.parametrize(("check", "text", "told"), WRONG)
def test_format_that_is_wrong_is_refused(check: Check, text: str, told: str) -> None:
    assert told in check(text)


def test_format_of_each_entry_of_a_list_is_looked_at() -> None:
    assert formats.check_format("site_ntp_servers", ["ntp.lab.test", "x"]) == [
        "entry 2 of site_ntp_servers must be a host's full name or its IPv4 address"
    ]


def test_format_of_a_port_is_known_by_the_end_of_its_name() -> None:
    assert formats.check_format("firewall_ssh_port", 70000) == ["firewall_ssh_port must be a port between 1 and 65535"]


def test_format_of_a_variable_without_one_is_not_looked_at() -> None:
    assert formats.check_format("base_banner", "anything") == []
