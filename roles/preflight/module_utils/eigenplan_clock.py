"""Whether a host's clock is right: what its kernel says, or else what time servers say (RFC 4330)."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Sequence

from ansible.module_utils.eigenplan_findings import GOOD, SHORT, Finding

CHECK = "time"
WANTED = "synchronised"
PORT = 123
TIMEOUT = 3.0
MOST_OFF = 1.0
"""Seconds that a clock may be off before its own synchronisation begins."""
SINCE_1900 = 2208988800
"""Seconds from NTP's beginning to Unix's."""
REQUEST = b"\x23" + 47 * b"\0"
"""Version 4, mode client."""

Ask = Callable[[str], float]
"""Returns by how many seconds our clock is behind a server's; OSError when the server does not answer."""


def check_clock(synchronised: bool, servers: Sequence[str], ask: Ask | None = None) -> Finding:
    """Say whether the clock is right; the inventory's servers are asked where nothing keeps it right yet."""
    if synchronised:
        return Finding(CHECK, GOOD, "synchronised", WANTED)
    if not servers:
        remedy = "apt install systemd-timesyncd, and wait a minute; or name your time servers in site_ntp_servers"
        return Finding(CHECK, SHORT, "not synchronised", WANTED, remedy)
    answers = [_ask(server, ask or ask_server) for server in servers]
    heard = [answer for answer in answers if isinstance(answer, float)]
    if not heard:
        remedy = "correct site_ntp_servers, or let the host reach them by UDP, port 123"
        return Finding(CHECK, SHORT, "; ".join(map(str, answers)), WANTED, remedy)
    found = f"{abs(heard[0]):.1f} s off, not synchronised yet"
    if abs(heard[0]) > MOST_OFF:
        return Finding(CHECK, SHORT, found, WANTED, "set the host's clock, for example by: date --set")
    return Finding(CHECK, GOOD, found, WANTED)


def _ask(server: str, ask: Ask) -> float | str:
    try:
        return ask(server)
    except OSError:
        return f"{server} does not answer"


def ask_server(server: str, port: int = PORT) -> float:
    """Return by how many seconds our clock is behind a server's.

    Raises:
        OSError: it does not answer within three seconds, or with something else than the time.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect((server, port))
        sent = time.time()
        connection.send(REQUEST)
        answer = connection.recv(512)
        received = time.time()
    if len(answer) < len(REQUEST):
        raise OSError("an answer that is too short")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    return float(seconds - SINCE_1900 + fraction / 2**32 - (sent + received) / 2)
