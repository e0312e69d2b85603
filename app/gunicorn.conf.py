"""How gunicorn serves: sync workers (short requests only), each opening its own database connection after the fork."""  # noqa: N999 the name that gunicorn looks for

from __future__ import annotations

import logging
import os
import sys

MOST_WORKERS = 64
SHARED_MEMORY = "/dev/shm"  # noqa: S108 the folder, not a file in it  # nosec B108


class NoAddresses(logging.Filter):
    """Leaves out what was asked for: an address may hold a manage link, or a name that staff look for.

    gunicorn writes the whole address of a request whose process it ends, for that took too long, and the first line of
    one that it cannot read.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, but for the address in it."""
        for begin, end in (("Error handling request", " %s"), ("Invalid request", ": ")):
            if str(record.msg).startswith(begin):
                record.msg, record.args = record.msg.partition(end)[0], ()
        return True


def _worker_count(given: str) -> int:
    """Return the number of processes: what WEB_CONCURRENCY says, else two for each processor, two to eight."""
    if not given:
        return max(2, min(8, 2 * (os.cpu_count() or 1)))
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= MOST_WORKERS):
        sys.exit(f"eigenplan: WEB_CONCURRENCY must be a whole number from 1 to {MOST_WORKERS}, not {given!r}.")
    return int(given)


bind = "127.0.0.1:8000"
workers = _worker_count(os.environ.get("WEB_CONCURRENCY", ""))
worker_class = "sync"
worker_tmp_dir = SHARED_MEMORY if os.path.isdir(SHARED_MEMORY) else None  # signs of life: a busy disk is no dead worker
preload_app = False
control_socket_disable = True  # nobody asks it anything, and it would need a home folder
timeout = 30
graceful_timeout = 20
accesslog = None  # addresses may hold manage links
logging.getLogger("gunicorn.error").addFilter(NoAddresses())
limit_request_line = 4094
limit_request_field_size = 8190
