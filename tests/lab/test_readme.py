"""The README's steps are found as they stand there, and its values are written over those of the example."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.lab.checkout import copy_checkout
from tests.lab.machine import PROGRAMS
from tests.lab.playbook import ROOT
from tests.lab.readme import IN_A_LAB, ON_A_HOST, Reader, steps

TEXT = "Words.\n\n**Way** in words.\n\n    first --step   # a comment\n    second\n\nMore.\n\n    third\n"


def test_steps_are_the_first_commands_below_their_heading() -> None:
    assert steps("**Way**", TEXT) == ["first --step", "second"]


def test_steps_that_are_not_there_are_missed() -> None:
    with pytest.raises(AssertionError, match="no commands below"):
        steps("**Nowhere**", TEXT)


def test_steps_for_a_lab_begin_with_the_packages_that_it_needs() -> None:
    packages = steps(IN_A_LAB)[0].split()
    assert packages[:2] == ["apt", "install"]
    assert set(packages[2:]) == {"git", "python3-venv", *PROGRAMS.values()}


def test_packages_of_the_steps_are_those_of_the_run_that_tests_them() -> None:
    assert set(steps(IN_A_LAB)[0].split()[2:]) <= set((ROOT / ".ci" / "run").read_text().split())


def test_values_are_written_over_the_example_s(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "inventory.example", checkout / "inventory.example")
    reader = Reader(tmp_path, checkout)
    keys = ["ssh-ed25519 AAAA one", "ssh-ed25519 AAAA two"]
    shared = {"site_domain": "debian12.lab.test", "site_administrator_keys": keys, "site_tls": "internal", "more": 1}
    reader.edit_with({"hosts.yml": {"ansible_host": "debian12"}, "eigenplan.yml": shared})
    assert [reader.type(step).output for step in steps(ON_A_HOST)[:2]] == ["", ""]
    written = yaml.safe_load((checkout / "inventory" / "group_vars" / "eigenplan.yml").read_text())
    assert {name: written[name] for name in shared} == shared
    assert written["site_time_zone"] == "Europe/Rome"
    hosts = yaml.safe_load((checkout / "inventory" / "hosts.yml").read_text())
    assert hosts["eigenplan"]["hosts"]["bookings"]["ansible_host"] == "debian12"


def test_copy_of_the_checkout_is_ready_to_start(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    done = Reader(tmp_path, checkout).type("./eigenplan deploy -i inventory")
    assert (done.status, done.output) == (
        1,
        "eigenplan: There is no folder inventory; copy inventory.example to it and fill it in.\n",
    )
