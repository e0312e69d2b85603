"""Slots that come and go: nothing that was sent is lost, and nothing is sent twice."""

from __future__ import annotations

import itertools
import random
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from eigenplan_outside.target import Call, OutsideError

from tests.roles.reverse_proxy.rig import Proxy, Slot, free_ports, running, wait_for

SEED = 20260101
VISITORS = 6
TURNS = 3
DRAIN_SECONDS = 0.7
"""Three questions of Caddy and some."""


def post(body: bytes) -> Call:
    """Return a form that is sent."""
    return Call("/book", "POST", body)


def test_slot_that_does_not_listen_costs_nothing(proxy: Proxy) -> None:
    with proxy.slots[1].listening() as slot:
        proxy.settle()
        statuses = [proxy.ask(post(b"x%d" % number)).status for number in range(12)]
    assert (statuses, [one.body for one in slot.seen]) == ([200] * 12, [b"x%d" % number for number in range(12)])


def test_form_finds_the_other_slot_when_the_chosen_one_is_gone(folder: Path) -> None:
    """A slot that has just ended refuses connections, and Caddy knows that only when it asks the next time."""
    one, other = (Slot(port) for port in free_ports(2))
    with other.listening(), ExitStack() as ending:
        ending.enter_context(one.listening())
        with running(folder, (one, other), reverse_proxy_health_seconds=30) as proxy:
            wait_for(lambda: bool(one.asked and other.asked), "the first question")
            ending.close()
            statuses = [proxy.ask(post(b"form %d" % number)).status for number in range(20)]
    assert (statuses, [seen.body for seen in other.seen]) == ([200] * 20, [b"form %d" % number for number in range(20)])


def test_sent_form_is_never_sent_again(proxy: Proxy) -> None:
    with proxy.slots[0].listening() as one, proxy.slots[1].listening() as two:
        one.breaks = two.breaks = True
        proxy.settle()
        answer = proxy.ask(post(b"once"))
    assert (answer.status, [seen.body for slot in (one, two) for seen in slot.seen]) == (502, [b"once"])


def test_form_waits_for_a_slot_that_comes_within_moments(proxy: Proxy) -> None:
    answers: list[int] = []
    waiting = threading.Thread(target=lambda: answers.append(proxy.ask(post(b"patient")).status))
    with proxy.slots[0].listening() as slot:
        slot.ready = False
        proxy.settle()
        waiting.start()
        time.sleep(0.4)
        slot.ready = True
        waiting.join()
    assert (answers, [one.body for one in slot.seen]) == ([200], [b"patient"])


def test_who_sends_slowly_holds_up_no_slot(proxy: Proxy) -> None:
    with proxy.slots[0].listening() as slot, proxy.target.secured(proxy.target.context(verify=False)) as connection:
        head = f"POST /book HTTP/1.1\r\nHost: {proxy.target.host}\r\nContent-Length: 6\r\n\r\nabc"
        connection.sendall(head.encode())
        time.sleep(0.4)
        early = list(slot.seen)
        connection.sendall(b"def")
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert (early, [one.body for one in slot.seen]) == ([], [b"abcdef"])


def test_nothing_is_lost_while_slots_take_turns(proxy: Proxy) -> None:
    """As an update does it: the new one serves, the old one says that it does not, some questions later it ends."""
    print(f"seed {SEED}")
    crowd = Crowd(proxy)
    old, new = proxy.slots
    with ExitStack() as ending:
        ends = {id(old): _start(old, ending)}
        proxy.settle()
        with crowd:
            for _ in range(TURNS):
                ends[id(new)] = _start(new, ending)
                proxy.settle()
                old.ready = False
                time.sleep(DRAIN_SECONDS)
                ends[id(old)].close()
                old.ready, old, new = True, new, old
    got = sorted(one.body for slot in proxy.slots for one in slot.seen if one.method == "POST")
    assert (crowd.failed, got) == ([], sorted(crowd.sent))
    assert len(got) > TURNS * VISITORS


def _start(slot: Slot, ending: ExitStack) -> ExitStack:
    own = ending.enter_context(ExitStack())
    own.enter_context(slot.listening())
    return own


class Crowd:
    """Visitors who look at pages and send forms, each as soon as it was answered."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.sent: list[bytes] = []
        self.failed: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._visit, args=(number,)) for number in range(VISITORS)]

    def __enter__(self) -> None:
        """Let them in."""
        for one in self._threads:
            one.start()

    def __exit__(self, *trouble: object) -> None:
        """Let each get its last answer."""
        self._ended.set()
        for one in self._threads:
            one.join()

    def _visit(self, number: int) -> None:
        chance = random.Random(SEED + number)
        for turn in itertools.count():
            if self._ended.is_set():
                return
            body = f"{number}-{turn}-".encode() + b"x" * chance.randrange(3000)
            call = post(body) if chance.random() < 0.5 else Call("/")
            if call.body is not None:
                self.sent.append(body)
            try:
                status = self.proxy.ask(call).status
                self.failed += [] if status == 200 else [f"status {status}"]
            except OutsideError as error:
                self.failed.append(str(error))
