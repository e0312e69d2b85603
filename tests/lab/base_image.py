"""What stands for ``debian:trixie-slim`` in a lab without registries: made from packages, kept as base systems are.

It leaves out what Debian's slim images leave out, and has Python, which those lack: so images are built from it without
any network. ``python -m tests.lab.base_image`` prints where its archive is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.lab.base_system import BaseCache, BaseSystem
from tests.lab.folder import cache_folder
from tests.lab.machine import LabError

NAME = "debian:trixie-slim"
LEFT_OUT = ("doc", "groff", "help", "info", "lintian", "linda", "locale", "man")
"""Below ``/usr/share``; copyrights stay, as they do in Debian's images."""

SLIM = (
    *(f"--dpkgopt=path-exclude=/usr/share/{one}/*" for one in LEFT_OUT),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
)
BASE_IMAGE = BaseSystem("trixie", ("ca-certificates", "python3"), SLIM)
BARE_IMAGE = BaseSystem("trixie", ("ca-certificates",), SLIM)
"""Without Python, as Debian's own: what has to be installed while the image is built."""


def obtain_base_image(environ: Mapping[str, str], say: Callable[[str], None], base: BaseSystem = BASE_IMAGE) -> Path:
    """Return the archive for ``docker import - debian:trixie-slim``; made when it is missing or damaged.

    Raises:
        LabError: it cannot be made: no network, no space.
    """
    return BaseCache(cache_folder(environ)).obtain(base, say)


def main() -> None:
    """Print the path of the archive."""
    try:
        print(obtain_base_image(os.environ, lambda text: print(f"  · {text}", file=sys.stderr)))
    except LabError as error:
        sys.exit(f"eigenplan: {error}")


if __name__ == "__main__":
    main()
