"""Whether a host has its address, and keeps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.eigenplan_findings import GOOD, SHORT, UNKNOWN, Finding
from ansible.module_utils.eigenplan_machine import Root

CHECK = "address"


def check_address(root: Root, wanted: str, links: str, *, static: bool = True) -> Finding:
    """Say whether an address is the host's own and no lease; ``links`` is what ``ip -j -4 address`` prints."""
    if not links:
        remedy = "the command ip is missing, so nobody can say; apt install iproute2"
        return Finding(CHECK, UNKNOWN, "not known", wanted, remedy)
    addresses = [(link, one) for link in json.loads(links) for one in link.get("addr_info", ())]
    own = [(link, one) for link, one in addresses if one.get("local") == wanted]
    if not own:
        others = [str(one["local"]) for _, one in addresses if one.get("scope") == "global"]
        remedy = "correct site_address in the inventory, or give the host this address"
        return Finding(CHECK, SHORT, ", ".join(others) or "none", wanted, remedy)
    lease = find_lease(root, *own[0]) if static else ""
    if lease:
        remedy = "configure it as a static address of the host, or set preflight_require_static_address to false"
        return Finding(CHECK, SHORT, f"{wanted} by DHCP ({lease})", f"{wanted}, static", remedy)
    goal = f"{wanted}, static" if static else wanted
    return Finding(CHECK, GOOD, f"{goal} (on {own[0][0]['ifname']})", goal)


def find_lease(root: Root, link: Mapping[str, Any], address: Mapping[str, Any]) -> str:
    """Return who got an address by DHCP; empty when it is static.

    An address with an end of its validity is a lease, whoever got it. One for ever may be a lease too, which the
    programs that configure networks tell in files of their own.
    """
    if address.get("dynamic"):
        return "it has an end of its validity"
    lease = root.read(f"run/systemd/netif/leases/{link['ifindex']}")
    if re.search(rf"^ADDRESS={re.escape(address['local'])}$", lease, re.M):
        return "systemd-networkd"
    if link["ifname"] in _interfaces_by_dhcp(root):
        return "ifupdown"
    return ""


def _interfaces_by_dhcp(root: Root) -> list[str]:
    """Return the interfaces that ifupdown configures by DHCP (interfaces(5)); included files are those of Debian."""
    folder = root.path / "etc/network/interfaces.d"
    more = sorted(folder.glob("*")) if folder.is_dir() else []
    texts: Sequence[str] = [root.read("etc/network/interfaces"), *(root.read(str(one)) for one in more)]
    return [name for text in texts for name in re.findall(r"^\s*iface\s+(\S+)\s+inet\s+dhcp\b", text, re.M)]
