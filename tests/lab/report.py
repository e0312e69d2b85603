"""What ``lab status`` prints."""

from __future__ import annotations

from tests.lab.host import DATA, Host
from tests.lab.lab import BEYOND, Lab
from tests.lab.mail import PORT

NAMES = "for each host a line ADDRESS HOST.lab.test in /etc/hosts of this machine"


def describe(lab: Lab) -> str:
    """Return the hosts, how to reach them, and what a lab cannot show."""
    rows = ["host        suite       network            address         process"]
    rows += [_row(one) for one in lab.hosts]
    return "\n".join(
        [
            *rows,
            "",
            f"SSH:      ssh -F {lab.folder.ssh_config} HOST",
            f"Ansible:  ansible-playbook -i {lab.folder.inventory} playbooks/site.yml",
            f"browser:  {NAMES}; then https://HOST.lab.test, by the host's own authority",
            f"mails:    {lab.folder.mails} has what the hosts have sent to {lab.relay.address}:{PORT}",
            f"outside:  ip netns exec {lab.client.name} COMMAND (a client on the hosts' network)",
            f"disks:    {DATA} in every host is a disk of its own",
            "",
            "What a lab cannot show:",
            *(f"  - {one}" for one in BEYOND),
        ]
    )


def _row(host: Host) -> str:
    network = "ifupdown" if host.plan.ifupdown else "systemd-networkd"
    return f"{host.plan.name:<11} {host.plan.suite:<11} {network:<18} {host.address:<15} {host.process() or 'off'}"
