"""What the kernel is asked, and that rules are rehearsed where they hurt nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from firewall.commit_confirm.kernel import TABLE, FirewallError, Kernel, rehearse, run
from tests.firewall.conftest import rules


def test_listing_of_no_table_is_empty(kernel: Kernel) -> None:
    assert (kernel.listing(), kernel.tables()) == ("", set())


def test_removing_a_table_that_is_not_there_is_fine(kernel: Kernel) -> None:
    kernel.remove()
    assert kernel.tables() == set()


def test_check_loads_nothing(kernel: Kernel, tmp_path: Path) -> None:
    kernel.check(rules(tmp_path, 22))
    assert kernel.tables() == set()


def test_rehearsal_lists_what_the_kernel_would(kernel: Kernel, tmp_path: Path) -> None:
    file = rules(tmp_path, 22)
    said = rehearse(file)
    assert kernel.tables() == set()
    kernel.load(file)
    assert (kernel.listing(), kernel.tables()) == (said, {TABLE})


@pytest.mark.parametrize(
    "addition", ["flush ruleset", "table ip nat { }", "delete table inet eigenplan"], ids=["flush", "other", "none"]
)
@pytest.mark.usefixtures("kernel")
def test_rehearsal_of_rules_that_touch_other_tables_is_refused(tmp_path: Path, addition: str) -> None:
    file = rules(tmp_path, 22)
    file.write_text(f"{file.read_text()}{addition}\n")
    with pytest.raises(FirewallError, match="must make the table inet eigenplan and leave all others alone"):
        rehearse(file)


@pytest.mark.usefixtures("kernel")
def test_rehearsal_of_rules_for_another_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FirewallError, match="must make the table inet eigenplan"):
        rehearse(rules(tmp_path, 22, "inet filter"))


def test_command_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FirewallError, match="no-such-program could not be run"):
        run("no-such-program")


def test_command_that_fails_says_why() -> None:
    with pytest.raises(FirewallError, match=r"ls /nowhere failed: .*No such file"):
        run("ls", "/nowhere")
