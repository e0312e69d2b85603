"""What the build of an image fetches packages through: a proxy, whose address may hold a password, and mirrors."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from urllib.parse import unquote, urlsplit

from eigenplan_host.refusal import RefusedError
from eigenplan_host.site import Places


@dataclass(frozen=True, slots=True)
class Fetching:
    """What the role has written to ``build.json``; each is an argument of the build, and empty where there is none.

    Docker keeps the first three out of an image's history by itself; mirrors stand there.
    """

    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    PACKAGE_MIRROR: str = ""
    PACKAGE_SECURITY_MIRROR: str = ""

    @property
    def arguments(self) -> list[str]:
        """The options of ``docker build``, without values: those stand in the environment, which nobody else sees."""
        return [f"--build-arg={name}" for name, value in asdict(self).items() if value]

    @property
    def environ(self) -> dict[str, str]:
        """The environment to build in."""
        return {**os.environ, **{name: value for name, value in asdict(self).items() if value}}

    def without_password(self, text: str) -> str:
        """Return what a program said, without what may have been said of the proxy's password."""
        for address in (self.http_proxy, self.https_proxy):
            secret = urlsplit(address).netloc.rpartition("@")[0]
            for part in filter(None, (secret, secret.partition(":")[2])):
                text = text.replace(part, "[hidden]").replace(unquote(part), "[hidden]")
        return text


def load_fetching(places: Places) -> Fetching:
    """Return what the role has written; without the file, as an older role leaves a host, nothing.

    Raises:
        RefusedError: the file cannot be read.
    """
    path = places.settings / "build.json"
    known = {field.name for field in fields(Fetching)}
    try:
        given = json.loads(path.read_text("utf-8"))
        return Fetching(**{name: value for name, value in given.items() if name in known})
    except FileNotFoundError:
        return Fetching()
    except (OSError, ValueError, AttributeError) as error:
        raise RefusedError(f"{path} cannot be read ({error}); run the playbook again, which writes it.") from error
