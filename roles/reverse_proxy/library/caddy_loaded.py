"""Tell whether the running Caddy has loaded what is written on disk, so that a run which was cut short is completed."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
from typing import Any

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: caddy_loaded
short_description: Compare the running Caddy's configuration with its Caddyfile
description:
  - Changes nothing. Reports changed when they differ, so that a handler can be notified.
options:
  caddyfile: {description: The file., type: path, required: true}
  socket: {description: Socket of Caddy's admin endpoint., type: path, required: true}
author: [The Eigenplan developers]
"""
RETURN = r"""
reason: {description: Why they differ; empty when they do not., type: str, returned: always}
"""

ARGUMENTS = {"caddyfile": {"type": "path", "required": True}, "socket": {"type": "path", "required": True}}
SECONDS = 20.0


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self.path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.path)


def adapt(caddyfile: str) -> Any:  # noqa: ANN401 JSON
    """Return the configuration that a Caddyfile stands for.

    Raises:
        OSError: Caddy cannot be run or refuses the file.
    """
    words = ["caddy", "adapt", "--adapter", "caddyfile", "--config", caddyfile]
    try:
        result = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S603 fixed words
        return json.loads(result.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise OSError(f"{caddyfile} cannot be read by Caddy: {error}") from error


def running(path: str) -> Any:  # noqa: ANN401 JSON
    """Return the configuration that the running Caddy has.

    Raises:
        OSError: it does not answer there.
    """
    connection = UnixConnection(path)
    try:
        connection.putrequest("GET", "/config/", skip_host=True)
        connection.putheader("Host", "")  # as Caddy wants it on a socket (RFC 2616, section 14.26)
        connection.endheaders()
        return json.loads(connection.getresponse().read())
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"Caddy does not tell its configuration on {path}: {error}") from error
    finally:
        connection.close()


def compare(caddyfile: str, path: str) -> str:
    """Return why the running Caddy is not as the file says; empty when it is.

    Raises:
        OSError: the file cannot be read by Caddy.
    """
    wanted = adapt(caddyfile)
    try:
        present = running(path)
    except OSError as error:
        return f"Caddy cannot be asked: {error}"
    return "" if wanted == present else "Caddy has not loaded the newest Caddyfile"


def main() -> None:
    """Do what the task says."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    try:
        reason = compare(module.params["caddyfile"], module.params["socket"])
    except OSError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(reason), reason=reason)


if __name__ == "__main__":
    main()
