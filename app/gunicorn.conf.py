"""How gunicorn serves: sync workers (short requests only), each opening its own database connection after the fork."""  # noqa: N999 the name that gunicorn looks for

from __future__ import annotations

import os

bind = "127.0.0.1:8000"
workers = max(2, min(8, 2 * (os.cpu_count() or 1)))
worker_class = "sync"
preload_app = False
control_socket_disable = True  # nobody asks it anything, and it would need a home folder
timeout = 30
graceful_timeout = 20
accesslog = None  # addresses may hold manage links
limit_request_line = 4094
limit_request_field_size = 8190
