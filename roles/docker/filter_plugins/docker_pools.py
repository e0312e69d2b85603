"""Whether the address pools of containers would hide something that the host reaches."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network

_OUR_BRIDGE = re.compile(r"docker0|br-eigenplan|br-[0-9a-f]{12}")
"""Docker's default bridge, the site's, and what Docker calls the bridge of a network that has no name for it."""


def docker_pool_clashes(routes: Sequence[Mapping[str, object]], pools: Sequence[Mapping[str, object]]) -> list[str]:
    """The routes that lie in a pool, as texts such as `172.30.4.0/24 (eth1)`.

    `routes` is what `ip -json -4 route show` prints. The default route and Docker's own bridges are no clash.
    """
    bases = [IPv4Network(str(pool["base"])) for pool in pools]
    return [
        f"{route['dst']} ({route.get('dev', 'no device')})"
        for route in routes
        if not _is_ours(route) and any(IPv4Network(str(route["dst"])).overlaps(base) for base in bases)
    ]


def _is_ours(route: Mapping[str, object]) -> bool:
    return route["dst"] == "default" or _OUR_BRIDGE.fullmatch(str(route.get("dev", ""))) is not None


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """The filters, by name."""
        return {"docker_pool_clashes": docker_pool_clashes}
