"""Which addresses a lab chooses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from tests.lab.addresses import CANDIDATES, AddressPlan, choose_network, name_servers
from tests.lab.machine import LabError

PLAN = AddressPlan(IPv4Network("10.213.4.0/24"))


@pytest.mark.parametrize(
    ("taken", "chosen"),
    [
        ([], "10.213.0.0/24"),
        (["198.51.100.0/24"], "10.213.0.0/24"),
        (["10.213.0.0/24", "10.213.1.7/32"], "10.213.2.0/24"),
        (["10.213.0.0/17"], "10.213.128.0/24"),
    ],
)
def test_network_overlaps_none_in_use(taken: list[str], chosen: str) -> None:
    assert choose_network(map(IPv4Network, taken)) == IPv4Network(chosen)


def test_network_is_refused_when_all_are_in_use() -> None:
    with pytest.raises(LabError, match="All networks"):
        choose_network(CANDIDATES)


def test_plan_has_an_address_for_everybody() -> None:
    found = [PLAN.machine, PLAN.host(1), PLAN.host(2), PLAN.client(1)]
    wanted = ["10.213.4.1/24", "10.213.4.11/24", "10.213.4.12/24", "10.213.4.201/24"]
    assert found == [IPv4Interface(one) for one in wanted]


@pytest.mark.parametrize("number", [0, 191])
def test_plan_refuses_what_it_has_no_room_for(number: int) -> None:
    with pytest.raises(LabError, match="room for 190"):
        PLAN.host(number)


def test_name_servers_are_those_that_others_can_reach() -> None:
    stub = "# a comment\nnameserver 127.0.0.53\noptions edns0\n"
    real = "nameserver 2001:db8::53\nnameserver 198.51.100.53\nnameserver 198.51.100.54\nnameserver\n"
    assert name_servers(stub, real) == [IPv4Address("198.51.100.53"), IPv4Address("198.51.100.54")]


def test_name_servers_may_be_none() -> None:
    assert name_servers("nameserver ::1\n", "") == []
