"""The list of what the image is made of: each kind of part, and the form of the whole."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path
from typing import Any

import pytest

from containers.eigenplan import sbom

STATUS = """Package: python3.13
Status: install ok installed
Architecture: amd64
Version: 3.13.5-2+deb13u5
Description: language
 Version: of a line that goes on

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1:2~3

Package: base-files
Status: hold ok installed
Architecture: all
Version: 1:13~8
"""
PURLS = [
    "pkg:deb/debian/python3.13@3.13.5-2%2Bdeb13u5?arch=amd64&distro=debian-13",
    "pkg:deb/debian/base-files@1%3A13~8?arch=all&distro=debian-13",
]
RELEASE = {"id": "7.1-abc", "architecture": "x86_64"}
LOCK = {
    "packages": {
        "": {"name": "own"},
        "node_modules/@scope/lib": {"version": "1.0.0", "license": "MIT", "integrity": "sha512-AAEC"},
    }
}


def library(purl: str, name: str, version: str, **more: object) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **more}


def test_debian_packages_that_are_installed_are_listed() -> None:
    assert sbom.debian_components(STATUS, "debian-13") == [
        library(PURLS[0], "python3.13", "3.13.5-2+deb13u5"),
        library(PURLS[1], "base-files", "1:13~8"),
    ]


@pytest.mark.parametrize(
    ("header", "licences"),
    [
        ("License-Expression: MIT OR Apache-2.0\n", {"licenses": [{"expression": "MIT OR Apache-2.0"}]}),
        ("License: BSD License\n", {"licenses": [{"license": {"name": "BSD License"}}]}),
        ("License: Copyright\n        all that is said\n", {}),
        (f"License: {'very ' * 20}long\n", {}),
        ("", {}),
    ],
)
def test_python_package_has_its_normal_name_and_licence(
    tmp_path: Path, header: str, licences: dict[str, object]
) -> None:
    folder = tmp_path / "Small_Lib-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: Small_Lib\nVersion: 1.0+local\n{header}")
    found = sbom.python_components(importlib.metadata.distributions(path=[str(tmp_path)]))
    assert found == [library("pkg:pypi/small-lib@1.0%2Blocal", "small-lib", "1.0+local", **licences)]


def test_npm_package_has_its_checksum() -> None:
    checksum = {"alg": "SHA-512", "content": "000102"}
    assert sbom.npm_components(json.dumps(LOCK)) == [
        library(
            "pkg:npm/%40scope/lib@1.0.0",
            "@scope/lib",
            "1.0.0",
            hashes=[checksum],
            licenses=[{"expression": "MIT"}],
        )
    ]


def test_sbom_is_sorted_has_no_part_twice_and_names_what_it_is_about() -> None:
    one, two = library("pkg:a/1", "one", "1"), library("pkg:b/2", "two", "2")
    made = sbom.make_sbom(RELEASE, [two, one, two])
    serial = made.pop("serialNumber")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", serial)
    own = {"type": "application", "bom-ref": "eigenplan", "name": "eigenplan", "version": "7.1-abc"}
    assert made == {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own | {"licenses": [{"expression": "Apache-2.0"}]}},
        "components": [one, two],
        "dependencies": [{"ref": "eigenplan", "dependsOn": ["pkg:a/1", "pkg:b/2"]}],
    }


def test_sbom_serial_number_is_the_contents() -> None:
    one, two = library("pkg:a/1", "one", "1"), library("pkg:b/2", "two", "2")
    lists = [(RELEASE, [one, two]), (RELEASE, [two, one]), (RELEASE, [one]), (RELEASE | {"id": "8"}, [one, two])]
    numbers = [sbom.make_sbom(*each)["serialNumber"] for each in lists]
    assert (numbers[0] == numbers[1], len(set(numbers))) == (True, 3)


def test_distro_is_read_from_os_release() -> None:
    assert sbom.read_distro('PRETTY_NAME="Debian 13"\n\nVERSION_ID="13"\nID=debian\n') == "debian-13"


def test_main_lists_this_machine(tmp_path: Path) -> None:
    (tmp_path / "release.json").write_text(json.dumps(RELEASE))
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK))
    target = tmp_path / "sbom.cdx.json"
    sbom.main(tmp_path, target)
    first = target.read_bytes()
    sbom.main(tmp_path, target)
    purls = [one["purl"] for one in json.loads(first)["components"]]
    kinds = {re.split("[:/]", one)[1] for one in purls}
    assert (first == target.read_bytes(), kinds, purls == sorted(set(purls))) == (True, {"deb", "npm", "pypi"}, True)
