"""What the host says about itself, as findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eigenplan_outside.findings import Finding, bad, good, judge, warning

GIB = 1024**3
LITTLE = 2 * GIB
MUCH_USED = 0.85


def check_time(text: str, *, required: bool) -> Finding:
    """Judge what ``timedatectl show`` says.

    Args:
        text: its lines.
        required: whether a clock that nobody sets is a failure; a container's is its machine's.
    """
    says = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    check, advice = "clock synchronised", "See `timedatectl` on the host, and site_ntp_servers."
    if says.get("NTPSynchronized") == "yes":
        return good(check, "yes")
    return bad(check, "no", advice) if required else warning(check, "no, and not required of this host", advice)


def check_disks(text: str) -> Iterator[Finding]:
    """Judge what ``df -P -B1`` says, each file system once."""
    rows = {fields[0]: fields for fields in (line.split() for line in text.splitlines()[1:])}
    for _, size, _, free, _, where in rows.values():
        used = 1 - int(free) / max(int(size), 1)
        told = f"{int(free) / GIB:.1f} GiB free of {int(size) / GIB:.1f}"
        check, advice = (
            f"disk of {where}",
            "Make room or give it a larger disk; see docker system df, journalctl --disk-usage.",
        )
        if int(free) < LITTLE:
            yield bad(check, told, advice)
        else:
            yield warning(check, told, advice) if used > MUCH_USED else good(check, told)


def check_containers(status: int, text: str) -> Finding:
    """Judge how ``eigenplan status`` ended."""
    last = " / ".join(line.strip() for line in text.splitlines()[-3:])
    return judge(
        "containers healthy",
        "yes" if status == 0 else last,
        status == 0,
        "See `eigenplan status` and `eigenplan logs` there.",
    )


def check_mails(text: str) -> Finding:
    """Judge what ``eigenplan probe status`` says about the letters of the booking."""
    check, advice = "mails handed to the relay", "See the page Messages, `eigenplan logs` and site_mail_relay."
    try:
        booking = json.loads(text)["booking"]
        mails: list[Mapping[str, Any]] = booking["messages"] if booking else []
    except (ValueError, KeyError, TypeError) as error:
        return bad(check, f"the host does not tell: {error}", advice)
    wrong = [f"{one['kind']} {one['status']} {one['error']}".strip() for one in mails if one["status"] != "delivered"]
    if wrong or len(mails) < 2:
        return bad(check, "; ".join(wrong) or f"{len(mails)} instead of 2", advice)
    return good(check, f"{len(mails)}: {', '.join(str(one['kind']) for one in mails)}")


def check_backups() -> Finding:
    """Say that this version makes none."""
    return warning("backups", "none are made", "Make them as docs/operating.md says under Backups.")


def listening_ports(text: str) -> list[int]:
    """Return the ports that ``ss -H -l -t -n`` shows, but for those that only the host itself reaches."""
    places = (line.split()[3].rsplit(":", 1) for line in text.splitlines() if line.strip())
    return sorted({int(port) for address, port in places if not _is_own(address)})


def _is_own(address: str) -> bool:
    return address.startswith(("127.", "[::1]")) or "%lo" in address


def check_probe(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """Judge what became of the booking's service and mails; nothing where no booking was wanted."""
    if not facts["probe_wanted"]:
        yield warning(
            "a booking is made", "not tried: verify_booking is false", "Set it to true once the site is in use."
        )
    elif not facts["probe_path"]:
        told = " / ".join(str(facts["probe"]).split("\n")[-2:]).strip(" /") or "no reason"
        yield bad(
            "a booking is made", f"its service cannot be opened: {told}", "Try `eigenplan probe open` on the host."
        )
    else:
        yield check_mails(facts["mails"])


def check_host(facts: Mapping[str, Any]) -> Iterator[Finding]:
    """Judge all that was asked of a host."""
    yield from check_probe(facts)
    yield check_time(facts["time"], required=facts["time_required"])
    yield from check_disks(facts["disks"])
    yield check_containers(facts["containers_status"], facts["containers"])
    yield check_backups()


def as_findings(rows: Iterable[Mapping[str, str]]) -> list[Finding]:
    """Return findings that came as JSON."""
    return [Finding(**row) for row in rows]
