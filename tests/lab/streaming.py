"""An open calendar, as far as its stream goes: held from the client's place in the network, through TLS and Caddy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.lab.site import Site

LISTEN = """
import json, ssl, sys, time, urllib.request
context = ssl.create_default_context(cafile=sys.argv[2])
request = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": "gzip, zstd"})
with urllib.request.urlopen(request, timeout=30, context=context) as stream:
    print(json.dumps([time.time(), stream.headers["Content-Encoding"] or "plain"]), flush=True)
    for line in stream:
        print(json.dumps([time.time(), line.decode().strip()]), flush=True)
"""
"""Prints what comes, line by line, with the time at which it came; it ends with the stream, thus within a minute."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A stream that is open."""

    process: subprocess.Popen[str]

    def wait_for(self, text: str, since: float = 0.0) -> float:
        """Return when a line came, by the clock of this machine, which is that of its hosts, too.

        Raises:
            AssertionError: the stream ended without it.
        """
        assert self.process.stdout is not None
        for line in self.process.stdout:
            moment, said = json.loads(line)
            if said == text and moment >= since:
                return float(moment)
        raise AssertionError(f"the stream ended without {text}: {self.process.communicate()[1][-1000:]}")


@contextmanager
def listening(site: Site) -> Iterator[Listener]:
    """Hold a stream of a site; it is open, and was not compressed, when this begins."""
    address = f"{site.url}/live?token={site.inside('admit')['pass']}"
    words = ["ip", "netns", "exec", site.lab.client.name, sys.executable, "-c", LISTEN, address, str(site.authority())]
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            listener = Listener(process)
            listener.wait_for("plain")
            yield listener
        finally:
            process.kill()
