"""Networks that the firewall lets in, as its preflight and its rules need them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network

IPV4 = 4


def firewall_networks_wrong(networks: Sequence[str]) -> list[str]:
    """Return those that are no network or address."""
    return [one for one in networks if not _is_network(one)]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def firewall_networks_with(networks: Sequence[str], address: str) -> list[str]:
    """Return the networks that an address lies in."""
    return [one for one in networks if ip_address(address) in ip_network(one)]


def firewall_networks(networks: Sequence[str], version: int) -> list[str]:
    """Return the networks of one version of IP, those left out that lie in others: nftables refuses overlaps."""
    found = [ip_network(one) for one in networks]
    if version == IPV4:
        return list(map(str, collapse_addresses(one for one in found if isinstance(one, IPv4Network))))
    return list(map(str, collapse_addresses(one for one in found if isinstance(one, IPv6Network))))


class FilterModule:
    """What Ansible finds the filters of this file by."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Return the filters by their names."""
        return {
            "firewall_networks": firewall_networks,
            "firewall_networks_with": firewall_networks_with,
            "firewall_networks_wrong": firewall_networks_wrong,
        }
