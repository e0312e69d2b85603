"""Address pools of containers against what a host reaches."""

from __future__ import annotations

import pytest

from roles.docker.filter_plugins.docker_pools import FilterModule, docker_pool_clashes

POOLS = [{"base": "172.30.0.0/16", "size": 24}]


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], []),
        ([{"dst": "default", "dev": "eth0"}], []),
        ([{"dst": "192.168.1.0/24", "dev": "eth0"}], []),
        ([{"dst": "172.30.0.0/24", "dev": "docker0"}, {"dst": "172.30.1.0/24", "dev": "br-eigenplan"}], []),
        ([{"dst": "172.30.2.0/24", "dev": "br-0123456789ab"}], []),
        ([{"dst": "172.30.2.0/24", "dev": "br-lan"}], ["172.30.2.0/24 (br-lan)"]),
        ([{"dst": "172.30.2.0/24", "dev": "docker-net"}], ["172.30.2.0/24 (docker-net)"]),
        ([{"dst": "172.30.4.0/24", "dev": "eth1"}], ["172.30.4.0/24 (eth1)"]),
        ([{"dst": "172.30.4.9", "dev": "wg0"}], ["172.30.4.9 (wg0)"]),
        ([{"dst": "172.16.0.0/12"}], ["172.16.0.0/12 (no device)"]),
    ],
)
def test_pools_clash_with_what_the_host_reaches(routes: list[dict[str, object]], expected: list[str]) -> None:
    assert docker_pool_clashes(routes, POOLS) == expected


def test_pools_are_looked_at_all() -> None:
    pools = [*POOLS, {"base": "10.90.0.0/16", "size": 24}]
    assert docker_pool_clashes([{"dst": "10.90.3.0/24", "dev": "eth0"}], pools) == ["10.90.3.0/24 (eth0)"]


def test_pools_refuse_a_range_that_is_none() -> None:
    with pytest.raises(ValueError, match="host bits set"):
        docker_pool_clashes([{"dst": "10.0.0.0/8"}], [{"base": "172.30.0.1/16", "size": 24}])


def test_pools_filter_is_found_by_its_name() -> None:
    assert FilterModule().filters() == {"docker_pool_clashes": docker_pool_clashes}
