"""Lists what the image is made of, as CycloneDX 1.6 in JSON: Debian's packages, Python's, and the pages' libraries.

Run while the image is built, with the Python whose packages are listed. It says no time and draws no number, so the
same parts give the same file. Its form: https://cyclonedx.org/docs/1.6/json/; names of packages: ECMA-427.
"""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
import sys
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

Component = dict[str, Any]

DPKG_STATUS = Path("/var/lib/dpkg/status")
OS_RELEASE = Path("/etc/os-release")
OWN_REFERENCE = "eigenplan"
LONGEST_NAME = 60
"""A longer text is a licence, not the name of one."""


def _component(purl: str, name: str, version: str, **more: object) -> Component:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **more}


def _encode(text: str) -> str:
    return quote(text, safe=".-_~")


def debian_components(status: str, distro: str) -> list[Component]:
    """Return the installed packages of a dpkg status file; ``distro`` is such as ``debian-13``."""
    return [_debian(fields, distro) for fields in map(_fields, status.split("\n\n")) if _is_installed(fields)]


def _fields(paragraph: str) -> dict[str, str]:
    lines = (line for line in paragraph.splitlines() if line and line[0] not in " \t")
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def _is_installed(fields: Mapping[str, str]) -> bool:
    return fields.get("Status", "").endswith(" installed")


def _debian(fields: Mapping[str, str], distro: str) -> Component:
    name, version, architecture = (fields[each] for each in ("Package", "Version", "Architecture"))
    purl = f"pkg:deb/debian/{_encode(name)}@{_encode(version)}?arch={architecture}&distro={distro}"
    return _component(purl, name, version)


def python_components(found: Iterable[importlib.metadata.Distribution]) -> list[Component]:
    """Return Python's packages, under their normalized names (PEP 503)."""
    return [_python(one) for one in found]


def _python(one: importlib.metadata.Distribution) -> Component:
    name = re.sub(r"[-_.]+", "-", one.name).lower()
    purl = f"pkg:pypi/{name}@{_encode(one.version)}"
    return _component(purl, name, one.version, **_python_licences(one.metadata))


def _python_licences(metadata: importlib.metadata.PackageMetadata) -> dict[str, object]:
    """Keep an SPDX expression (PEP 639) or, from older packages, a name; a whole licence text is none."""
    expression, name = (str((metadata.get_all(one) or [""])[0]) for one in ("License-Expression", "License"))
    if expression:
        return {"licenses": [{"expression": expression}]}
    return {"licenses": [{"license": {"name": name}}]} if 0 < len(name) <= LONGEST_NAME and "\n" not in name else {}


def npm_components(lock: str) -> list[Component]:
    """Return the libraries of the pages from ``package-lock.json``, each with the checksum of its archive."""
    packages: dict[str, dict[str, str]] = json.loads(lock)["packages"]
    return [_npm(place.removeprefix("node_modules/"), one) for place, one in packages.items() if place]


def _npm(name: str, one: Mapping[str, str]) -> Component:
    version = one["version"]
    kind, _, digest = one["integrity"].partition("-")
    checksum = {"alg": f"SHA-{kind.removeprefix('sha')}", "content": base64.b64decode(digest).hex()}
    purl = f"pkg:npm/{quote(name, safe='/.-_~')}@{_encode(version)}"
    return _component(purl, name, version, hashes=[checksum], licenses=[{"expression": one["license"]}])


def make_sbom(release: Mapping[str, str], components: Iterable[Component]) -> dict[str, Any]:
    """Return the whole list for a release (``release.json``), sorted, its serial number made from the content."""
    parts = sorted({one["bom-ref"]: one for one in components}.values(), key=lambda one: str(one["bom-ref"]))
    references = [one["bom-ref"] for one in parts]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([release["id"], release["architecture"], parts], sort_keys=True))
    own = {
        "type": "application",
        "bom-ref": OWN_REFERENCE,
        "name": "eigenplan",
        "version": release["id"],
        "licenses": [{"expression": "Apache-2.0"}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": own},
        "components": parts,
        "dependencies": [{"ref": OWN_REFERENCE, "dependsOn": references}],
    }


def read_distro(os_release: str) -> str:
    """Return such as ``debian-13`` from the text of ``/etc/os-release``."""
    words = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    return "-".join(words[each].strip('"') for each in ("ID", "VERSION_ID"))


def _everything(root: Path) -> Iterator[Component]:
    yield from debian_components(DPKG_STATUS.read_text(encoding="utf-8"), read_distro(OS_RELEASE.read_text()))
    yield from python_components(importlib.metadata.distributions())
    yield from npm_components((root / "package-lock.json").read_text(encoding="utf-8"))


def main(root: Path, target: Path) -> None:
    """Write the list for what is installed here and in ``root`` (release.json, package-lock.json)."""
    release = json.loads((root / "release.json").read_text(encoding="utf-8"))
    target.write_text(json.dumps(make_sbom(release, _everything(root)), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
