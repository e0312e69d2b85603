"""The command ``eigenplan-firewall``: tries firewall rules, keeps them only when a new SSH connection confirms them.

Rules on trial are in the kernel and under ``/run`` alone; the file that is loaded at boot is written at the
confirmation. So a timer, a crash and a reboot all lead back to the rules before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .connection import find_connection, seconds_since_boot
from .kernel import FirewallError, Kernel, rehearse
from .timer import SystemdTimer
from .trials import Caller, Firewall, Status

PROGRAM = "/usr/local/sbin/eigenplan-firewall"
CONFIRMED = Path("/etc/eigenplan-firewall.nft")
FOLDER = Path("/run/eigenplan-firewall")
LEAST_SECONDS, MOST_SECONDS = 5, 600
RESTART = "load them: systemctl restart eigenplan-firewall"


def describe(status: Status) -> str:
    """Return the status as a sentence."""
    if status.on_trial:
        return f"Rules are on trial (id {status.on_trial}), for another {status.seconds_left} s."
    if status.as_confirmed:
        return "The confirmed rules are loaded."
    if status.loaded:
        return f"Other rules are loaded than those that were confirmed; {RESTART}"
    if status.confirmed:
        return f"No rules are loaded, though some were confirmed; {RESTART}"
    return "No rules are loaded, and none have been confirmed yet."


def number_of_seconds(text: str) -> int:
    """Read how long a trial is to last."""
    seconds = int(text)
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"must be from {LEAST_SECONDS} to {MOST_SECONDS}")
    return seconds


def read_words(words: Sequence[str]) -> argparse.Namespace:
    """Read the words of a call; wrong ones end the program with 2."""
    parser = argparse.ArgumentParser("eigenplan-firewall", description="Tries firewall rules before they are kept.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    trying = verbs.add_parser("try", help="load a file of rules for a while; prints the id of this trial")
    trying.add_argument("file", type=Path)
    trying.add_argument("--seconds", type=number_of_seconds, default=30, help="until they are rolled back (30)")
    verbs.add_parser("confirm", help="keep the rules on trial; over a new SSH connection").add_argument("id")
    verbs.add_parser("rollback", help="put the confirmed rules back").add_argument("id", nargs="?")
    verbs.add_parser("status", help="say what is loaded").add_argument("--json", action="store_true")
    rehearsing = verbs.add_parser("rehearse", help="load a file where there is nobody, and print what came of it")
    rehearsing.add_argument("file", type=Path)
    return parser.parse_args(words)


def answer(firewall: Firewall, given: argparse.Namespace, caller: Caller) -> str:
    """Do what was asked for; returns what to print."""
    match given.verb:
        case "try":
            return firewall.try_rules(given.file, given.seconds, caller).id
        case "confirm":
            firewall.confirm(given.id, caller)
            return "The rules are confirmed."
        case "rollback":
            return "The confirmed rules are back." if firewall.rollback(given.id) else "Nothing was on trial."
        case "rehearse":
            return rehearse(given.file).rstrip("\n")
    status = firewall.status(caller.now)
    return json.dumps(asdict(status)) if given.json else describe(status)


def main(words: Sequence[str]) -> int:
    """Run one call; returns its exit status."""
    given = read_words(words)
    if os.geteuid() != 0:
        print("eigenplan-firewall: Only root may look at the rules and change them; call it by sudo.", file=sys.stderr)
        return 1
    caller = Caller(find_connection(os.getpid()), seconds_since_boot())
    try:
        print(answer(Firewall(CONFIRMED, FOLDER, Kernel(), SystemdTimer(PROGRAM)), given, caller))
    except (FirewallError, OSError) as error:
        print(f"eigenplan-firewall: {error}", file=sys.stderr)
        return 1
    return 0
