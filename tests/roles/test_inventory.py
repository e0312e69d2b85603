"""The example inventory, and what Ansible says to inventories that are wrong; no host is spoken to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.static.sizes import ROOT

pytestmark = pytest.mark.gate
EXAMPLE = ROOT / "inventory.example"
VALUES = EXAMPLE / "group_vars/eigenplan.yml"
SECRET = "pA55-w0rd-in-clear"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Return a copy of the example with values that are nobody's example."""
    folder = tmp_path / "inventory"
    shutil.copytree(EXAMPLE, folder)
    for file in folder.rglob("*.yml"):
        text = file.read_text("utf-8").replace("example.org", "lab.test").replace("192.0.2.10", "10.99.0.1")
        file.write_text(text)
    return folder


def ansible(playbook: str, inventory: Path, *words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "ansible-playbook"
    environ = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    line = [str(program), "-i", str(inventory), str(ROOT / "playbooks" / playbook), *words]
    return subprocess.run(line, cwd=home or ROOT, capture_output=True, text=True, check=False, env=environ)


def told(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def add(inventory: Path, text: str) -> None:
    file = inventory / "group_vars/eigenplan.yml"
    file.write_text(file.read_text("utf-8") + text)


def test_example_passes_as_it_stands() -> None:
    done = ansible("validate.yml", EXAMPLE)
    assert (done.returncode, told(done).count("failed=0")) == (0, 1), told(done)


@pytest.mark.parametrize("playbook", ["site.yml", "preflight.yml"])
def test_example_is_refused_where_hosts_would_be_spoken_to(playbook: str) -> None:
    done = ansible(playbook, EXAMPLE)
    found = re.search(r"only an example's \(.*?\): (.*?); put in your own", told(done))
    assert done.returncode == 2
    assert found is not None
    names = sorted(re.findall(r"site_\w+", found.group(1)))
    assert names == [
        "site_address",
        "site_administrator_email",
        "site_administrator_keys",
        "site_domain",
        "site_mail_from",
        "site_mail_relay",
    ]


def test_example_explains_each_value_in_its_line() -> None:
    lines = [line for line in VALUES.read_text("utf-8").splitlines() if re.match(r"(# )?site_\w+: ", line)]
    assert [line for line in lines if " # " not in line[2:] and "!vault" not in line] == []


def test_example_gives_what_is_required_and_names_the_rest_with_its_default() -> None:
    options = yaml.safe_load((ROOT / "roles/site/meta/argument_specs.yml").read_text())["argument_specs"]["main"][
        "options"
    ]
    required = {name for name, about in options.items() if about.get("required")}
    given = yaml.safe_load(VALUES.read_text("utf-8"))
    assert set(given) | {"site_address"} == required
    shown = yaml.safe_load("\n".join(re.findall(r"^# (site_\w+: (?!!vault).*)$", VALUES.read_text("utf-8"), re.M)))
    assert shown == {name: options[name]["default"] for name in shown}
    hidden = {"site_service_user", "site_service_uid", "site_owner_user", "site_owner_uid", "site_other_variables"}
    assert set(options) - required - set(shown) == hidden


def test_inventory_that_is_filled_in_is_not_refused_as_an_example(inventory: Path) -> None:
    done = ansible("validate.yml", inventory, "-e", "ansible_connection=local")
    assert done.returncode == 0, told(done)


def test_problems_are_told_all_at_once_by_where_they_were_typed(inventory: Path) -> None:
    add(inventory, "site_adress: 10.0.0.1\nsite_mail_port: smtp\nsite_http_proxy: proxy\n")
    hosts = inventory / "hosts.yml"
    hosts.write_text(re.sub(r"site_address: .*", "site_address: 10.0.0.300", hosts.read_text("utf-8")))
    done = ansible("site.yml", inventory)
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  - ")]
    line = len(VALUES.read_text("utf-8").splitlines())
    path = inventory / "group_vars/eigenplan.yml"
    assert done.returncode == 2
    assert sorted(lines) == sorted(
        [
            f"- site_adress is not a variable of Eigenplan; did you mean site_address ({path}:{line + 1}).",
            f"- site_address must be an IPv4 address, such as 10.0.0.5, without a prefix length ({hosts}:7).",
            f"- site_mail_port must be a whole number ({path}:{line + 2}).",
            f"- site_http_proxy must begin with http:// or https:// and a host's name ({path}:{line + 3}).",
        ]
    )


def test_value_that_is_missing_is_named_with_its_meaning(inventory: Path) -> None:
    file = inventory / "group_vars/eigenplan.yml"
    file.write_text(re.sub(r"(?m)^site_mail_relay:.*\n", "", file.read_text("utf-8")))
    assert "site_mail_relay is missing: Mail server that takes" in told(ansible("validate.yml", inventory))


def test_secret_is_never_shown(inventory: Path) -> None:
    add(inventory, f'site_mail_pasword: {SECRET}\nsite_mail_password: ["{SECRET}"]\n')
    done = ansible("validate.yml", inventory, "-vvv", "-e", f"vault_x={SECRET}-x")
    assert done.returncode == 2
    assert "did you mean site_mail_password" in told(done)
    assert SECRET not in told(done).replace(f"vault_x={SECRET}-x", "")


def test_secret_from_a_vault_is_taken(inventory: Path, tmp_path: Path) -> None:
    password = tmp_path / "vault-password"
    password.write_text("open sesame\n")
    program = Path(sys.executable).parent / "ansible-vault"
    words = ["encrypt_string", "--vault-password-file", str(password), "--name", "site_mail_password", SECRET]
    encrypted = subprocess.run([str(program), *words], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    add(inventory, f"site_mail_user: ada\n{encrypted}")
    assert ansible("validate.yml", inventory, "--vault-password-file", str(password)).returncode == 0
    locked = ansible("validate.yml", inventory)
    assert (locked.returncode, "site_mail_password cannot be worked out" in told(locked)) == (2, True)


def test_hosts_with_one_address_are_told_apart(inventory: Path) -> None:
    (inventory / "more.yml").write_text("eigenplan:\n  hosts:\n    second:\n      site_address: 10.99.0.1\n")
    done = ansible("validate.yml", inventory)
    assert "site_address is also that of the host bookings (host second;" in told(done)


def test_value_may_refer_to_another_and_to_a_default_of_a_role(inventory: Path) -> None:
    add(inventory, 'site_http_proxy: "http://proxy.lab.test:{{ firewall_ssh_port }}"\n')
    assert ansible("validate.yml", inventory).returncode == 0


def test_value_that_refers_to_nothing_is_named(inventory: Path) -> None:
    add(inventory, 'site_http_proxy: "{{ no_such_thing }}"\n')
    assert "site_http_proxy cannot be worked out: 'no_such_thing' is undefined" in told(
        ansible("validate.yml", inventory)
    )


def test_variables_of_others_may_be_listed(inventory: Path) -> None:
    add(inventory, "site_other_variables: [monitoring_*]\nmonitoring_port: 1\n")
    assert ansible("validate.yml", inventory).returncode == 0
