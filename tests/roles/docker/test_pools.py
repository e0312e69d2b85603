"""Address pools of containers against what a host reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from roles.docker.filter_plugins.docker_pools import FilterModule, docker_pool_clashes
from tests.roles.playing import play, program, said, tasks_of

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


WAY = ("Look where you come from", "Look which way leads back there", "Refuse address pools that the host reaches")
ROUTE = """echo '[{"dst": "'"$5"'", "gateway": "192.0.2.1", "dev": "eth0"}]'"""


@pytest.mark.parametrize(("client", "status"), [("172.30.4.9 40022 192.0.2.7 22", 2), ("fe80::1 1 ::1 22", 0)])
def test_pool_that_holds_the_address_one_comes_from_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str, status: int
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", client)
    given = {"__docker_routes": {"stdout": "[]"}, "docker_address_pools": POOLS}
    done = play(tmp_path, "docker", tasks_of("docker", *WAY), given, programs=program(tmp_path, "ip", ROUTE))
    assert (done.returncode, "would hide 172.30.4.9 (eth0); choose" in said(done)) == (status, bool(status)), (
        done.stdout
    )


def test_docker_does_not_start_before_it_is_configured() -> None:
    """Its own choice of addresses could be those of the network that the administrator comes from."""
    [install] = tasks_of("docker", "Install Docker, which")
    assert install["ansible.builtin.apt"]["policy_rc_d"] == 101
