from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from booking_app_files import (
    booking_app_option,
    booking_app_release,
    booking_app_unwritable,
)

from app.config import OPTIONS

from .rendering import ROLE, compose, options, render, tasks_of

STRANGE = """DOM\\user $HOME ${X} #x "q" it's"""
UNITS = ("eigenplan-web@.service", "eigenplan-worker.service", "eigenplan-live.service")
SERVICES = ("web-a", "web-b", "worker", "live", "task")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    given = {
        "site_mail_user": STRANGE,
        "site_mail_password": "sesame-open",
        "booking_app_web_processes": 3,
        "booking_app_limit_times": 20,
        "booking_app_ldap_url": "ldaps://directory.example.org",
        "booking_app_ldap_user_filter": "(&(uid={login})(!(x=$HOME)))",
        "booking_app_ldap_bind_password": STRANGE,
        "booking_app_oidc_client_secret": STRANGE,
        "booking_app_outside_link_mail": True,
    }
    return render(tmp_path_factory.mktemp("sqlite"), given)


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    given = {"site_database": "postgresql", "booking_app_live": False, "booking_app_live_memory": "1g"}
    return render(tmp_path_factory.mktemp("postgresql"), given)


def test_options_hold_the_inventory_s_values(files: dict[str, str]) -> None:
    assert options(files["eigenplan.env"]) == {
        "EIGENPLAN_DATABASE_URL": "sqlite:////var/lib/eigenplan/eigenplan.db",
        "EIGENPLAN_SECRET_KEY_FILE": "/etc/eigenplan/secrets/secret_key",
        "EIGENPLAN_MASTER_KEY_FILE": "/etc/eigenplan/secrets/master_key",
        "EIGENPLAN_BASE_URL": "https://bookings.example.org",
        "EIGENPLAN_MAIL_FROM": "Bookings <bookings@example.org>",
        "EIGENPLAN_SMTP_HOST": "relay.example.org",
        "EIGENPLAN_SMTP_PORT": "25",
        "EIGENPLAN_SMTP_SECURITY": "starttls",
        "EIGENPLAN_PROXIES": "1",
        "EIGENPLAN_LANGUAGE": "en",
        "EIGENPLAN_TIME_ZONE": "Europe/Vienna",
        "EIGENPLAN_LIVE_URL": "/live",
        "EIGENPLAN_LIMIT_TIMES": "20",
        "EIGENPLAN_SMTP_USER": STRANGE,
        "EIGENPLAN_SMTP_PASSWORD_FILE": "/etc/eigenplan/secrets/smtp_password",
        "EIGENPLAN_LDAP_URL": "ldaps://directory.example.org",
        "EIGENPLAN_LDAP_USER_FILTER": "(&(uid={login})(!(x=$HOME)))",
        "EIGENPLAN_LDAP_BIND_PASSWORD_FILE": "/etc/eigenplan/secrets/ldap_bind_password",
        "EIGENPLAN_OIDC_CLIENT_SECRET_FILE": "/etc/eigenplan/secrets/oidc_client_secret",
        "EIGENPLAN_OUTSIDE_LINK_MAIL": "yes",
    }


def test_options_without_a_password_name_no_file_for_it(postgresql: dict[str, str]) -> None:
    names = set(options(postgresql["eigenplan.env"]))
    assert not {"EIGENPLAN_SMTP_USER", "EIGENPLAN_SMTP_PASSWORD_FILE", "EIGENPLAN_LIMIT_TIMES"} & names
    assert [name for name in names if name.startswith(("EIGENPLAN_LDAP", "EIGENPLAN_OIDC", "EIGENPLAN_OUTSIDE"))] == []


def test_options_are_known_to_the_application(files: dict[str, str]) -> None:
    assert set(options(files["eigenplan.env"])) <= {option.variable for option in OPTIONS}


def test_options_come_from_the_file_that_is_named_for_an_image(files: dict[str, str]) -> None:
    services = compose(files["compose.yml"])["services"]
    named = {name: one["env_file"] for name, one in services.items()}
    assert named == {name: ["${EIGENPLAN_OPTIONS:-/etc/eigenplan/eigenplan.env}"] for name in services}


def test_files_hold_no_secret(files: dict[str, str]) -> None:
    assert "sesame-open" not in "".join(files.values())


@pytest.mark.parametrize("service", SERVICES)
def test_container_has_no_more_rights_than_it_needs(files: dict[str, str], service: str) -> None:
    one = compose(files["compose.yml"])["services"][service]
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("820:820", True, ["ALL"])
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert (one["pids_limit"], one["networks"]) == (256, ["eigenplan"])
    assert "privileged" not in one


@pytest.mark.parametrize(("slot", "port"), [("a", 8001), ("b", 8002)])
def test_slot_listens_on_the_loopback_address_alone(files: dict[str, str], slot: str, port: int) -> None:
    one = compose(files["compose.yml"])["services"][f"web-{slot}"]
    assert one["ports"] == [f"127.0.0.1:{port}:8000"]
    assert one["environment"] == {"EIGENPLAN_SERVING_FILE": "/run/eigenplan/serving", "WEB_CONCURRENCY": "3"}
    assert f"/run/eigenplan/{slot}:/run/eigenplan:ro" in one["volumes"]
    assert (one["image"], one["restart"]) == (f"eigenplan:slot-{slot}", "unless-stopped")


def test_live_process_listens_on_the_loopback_address_alone(files: dict[str, str]) -> None:
    one = compose(files["compose.yml"])["services"]["live"]
    told = json.loads(files["host.json"])
    assert (one["image"], one["ports"]) == ("eigenplan:live", ["127.0.0.1:8010:8010"])
    assert (one["command"], one["mem_limit"]) == (["live", "--bind", "0.0.0.0:8010"], "256m")
    assert (told["live"], told["port_live"]) == (True, 8010)


def test_site_without_live_process_tells_pages_of_none(postgresql: dict[str, str]) -> None:
    assert "EIGENPLAN_LIVE_URL" not in options(postgresql["eigenplan.env"])
    assert json.loads(postgresql["host.json"])["live"] is False
    assert compose(postgresql["compose.yml"])["services"]["live"]["mem_limit"] == "1g"


def test_single_commands_reach_both_databases_to_copy_one(postgresql: dict[str, str]) -> None:
    volumes = compose(postgresql["compose.yml"])["services"]["task"]["volumes"]
    assert [volume.partition(":")[0] for volume in volumes] == [
        "/etc/eigenplan/secrets",
        "/var/run/postgresql",
        "/var/lib/eigenplan",
    ]


def test_files_are_the_same_each_time() -> None:
    """Ansible's filters of sets give another order in each run, which would restart the site each time."""
    texts = [path.read_text() for folder in ("templates", "vars") for path in (ROLE / folder).iterdir()]
    assert re.findall(r"\|\s*(?:union|intersect|difference|symmetric_difference)\b", "".join(texts)) == []


def test_single_commands_are_not_logged(files: dict[str, str]) -> None:
    one = compose(files["compose.yml"])["services"]["task"]
    assert (one["logging"], one["restart"]) == ({"driver": "none"}, "no")


def test_compose_file_has_no_keys_that_either_compose_warns_of(files: dict[str, str]) -> None:
    assert set(compose(files["compose.yml"])) == {"x-service", "services", "networks"}


def test_network_has_the_bridge_that_the_firewall_knows(files: dict[str, str]) -> None:
    network = compose(files["compose.yml"])["networks"]["eigenplan"]
    assert network["driver_opts"] == {"com.docker.network.bridge.name": "br-eigenplan"}


def test_postgresql_is_reached_by_its_socket(postgresql: dict[str, str]) -> None:
    url = "postgresql:///eigenplan?host=/var/run/postgresql&user=eigenplan"
    volumes = compose(postgresql["compose.yml"])["services"]["worker"]["volumes"]
    assert options(postgresql["eigenplan.env"])["EIGENPLAN_DATABASE_URL"] == url
    assert volumes == ["/etc/eigenplan/secrets:/etc/eigenplan/secrets:ro", "/var/run/postgresql:/var/run/postgresql"]
    assert json.loads(postgresql["host.json"])["owner_url"] == f"{url}_owner"


def test_units_try_again_where_docker_was_not_ready_at_a_boot(files: dict[str, str]) -> None:
    for name in UNITS:
        assert {"Restart=on-failure", "RestartSec=5s"} <= set(files[name].splitlines())


def test_units_wait_for_postgresql_and_outlive_docker(postgresql: dict[str, str]) -> None:
    for name in UNITS:
        lines = postgresql[name].splitlines()
        assert "After=docker.service network-online.target postgresql.service" in lines
        assert not [line for line in lines if line.startswith(("Requires=", "BindsTo=", "PartOf="))]


def test_settings_of_the_command_are_numbers(files: dict[str, str]) -> None:
    found = json.loads(files["host.json"])
    assert {
        name: found[name] for name in ("port_a", "port_b", "ready_seconds", "probe_seconds", "owner_uid", "service_gid")
    } == {
        "port_a": 8001,
        "port_b": 8002,
        "ready_seconds": 60,
        "probe_seconds": 1,
        "owner_uid": 821,
        "service_gid": 820,
    }


@pytest.mark.parametrize("value", ["a\nb", "a\\\\b", "a\\'b", "a\\", "a\x00b"])
def test_value_that_compose_would_read_otherwise_is_named(value: str) -> None:
    assert booking_app_unwritable({"GOOD": STRANGE, "BAD": value}) == ["BAD"]


def test_option_with_an_apostrophe_is_escaped() -> None:
    assert booking_app_option("it's $5") == r"'it\'s $5'"


@pytest.mark.parametrize(
    ("path", "release"),
    [
        ("/x/eigenplan-0.1.0-abc-x86_64.tar", "0.1.0-abc"),
        ("eigenplan-0.1.0-abc-aarch64.tar", "0.1.0-abc"),
        ("/x/image.tar", ""),
        ("/x/eigenplan-$(x)-x86_64.tar", ""),
    ],
)
def test_release_is_read_from_the_archive_s_name(path: str, release: str) -> None:
    assert booking_app_release(path) == release


def test_release_of_the_role_and_the_command_are_the_same(tmp_path: Path) -> None:
    from eigenplan_host.images import release_of

    assert release_of(tmp_path / "eigenplan-0.1.0-abc-x86_64.tar") == booking_app_release(
        "eigenplan-0.1.0-abc-x86_64.tar"
    )


BUILD = {"site_http_proxy": "http://eva:s3same@proxy.test:3128", "site_no_proxy": [".test", "localhost"]}


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    given = {**BUILD, "site_package_mirror": "http://mirror.test/debian"}
    return render(tmp_path_factory.mktemp("fetching"), given)


def test_build_is_told_of_proxy_and_mirrors(fetching: dict[str, str]) -> None:
    assert json.loads(fetching["build.json"]) == {
        "http_proxy": BUILD["site_http_proxy"],
        "https_proxy": BUILD["site_http_proxy"],
        "no_proxy": "localhost,127.0.0.1,::1,.test",
        "PACKAGE_MIRROR": "http://mirror.test/debian",
        "PACKAGE_SECURITY_MIRROR": "",
    }


def test_build_is_told_of_nothing_where_there_is_nothing(files: dict[str, str]) -> None:
    assert set(json.loads(files["build.json"]).values()) == {""}


def test_password_of_a_proxy_is_in_the_one_file_that_root_alone_reads(fetching: dict[str, str]) -> None:
    assert [name for name, text in fetching.items() if "s3same" in text] == ["build.json"]
    [task] = tasks_of("Write what images are built through")
    written = task["ansible.builtin.template"]
    assert (written["src"], written["owner"], written["mode"], task["no_log"]) == (
        "build.json.j2",
        "root",
        "0600",
        True,
    )
