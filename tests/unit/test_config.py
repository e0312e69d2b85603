"""Deploy-time options from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import OPTIONS, Config, ConfigError, load_config, read_option
from app.factory import sources_of
from app.integrations.ldap.values import LdapSettings
from app.integrations.oidc.values import OidcSettings
from app.operations.outside.values import Source, Sources
from tests.keys import FILE, MASTER, VARIABLE

ISSUER = "must be an address such as https://login.example.org/realm"
PLAIN = "is only for a directory on this machine, as passwords could be read on the way"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The least that must be given."""
    key = tmp_path / "key"
    key.write_text("k" * 40 + "\n")
    return {
        "EIGENPLAN_DATABASE_URL": "sqlite:///bookings.db",
        "EIGENPLAN_SECRET_KEY_FILE": str(key),
        "EIGENPLAN_BASE_URL": "https://bookings.example.org/",
        VARIABLE: str(FILE),
    }


def test_config_fills_in_defaults(environ: dict[str, str]) -> None:
    expected = Config(
        database_url="sqlite:///bookings.db",
        secret_key=b"k" * 40,
        base_url="https://bookings.example.org",
        master_key=MASTER,
    )
    assert load_config(environ | {"HOME": "/root"}) == expected
    assert expected.is_https is True


def test_config_reads_every_option(environ: dict[str, str], tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("letters\n")
    more = {
        "EIGENPLAN_MAIL_FROM": "Desk <desk@example.org>",
        "EIGENPLAN_SMTP_HOST": "mail.example.org",
        "EIGENPLAN_SMTP_PORT": "587",
        "EIGENPLAN_SMTP_USER": "desk",
        "EIGENPLAN_SMTP_PASSWORD_FILE": str(password),
        "EIGENPLAN_SMTP_SECURITY": "starttls",
        "EIGENPLAN_DEMO": "Yes",
        "EIGENPLAN_PROXIES": "1",
        "EIGENPLAN_SERVING_FILE": "/run/eigenplan/serving",
        "EIGENPLAN_LIMIT_TIMES": "20",
        "EIGENPLAN_TIME_ZONE": "Europe/Vienna",
    }
    config = load_config(environ | more)
    assert (config.serving_file, config.time_zone) == ("/run/eigenplan/serving", "Europe/Vienna")
    assert config.limit_times == 20
    assert (config.smtp_port, config.smtp_password, config.smtp_security, config.demo, config.proxies) == (
        587,
        "letters",
        "starttls",
        True,
        1,
    )


def test_config_without_anything_names_all_that_is_missing() -> None:
    with pytest.raises(ConfigError) as raised:
        load_config({})
    lines = str(raised.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "EIGENPLAN_DATABASE_URL",
        "EIGENPLAN_SECRET_KEY_FILE",
        "EIGENPLAN_MASTER_KEY_FILE",
        "EIGENPLAN_BASE_URL",
    ]
    assert all("is missing" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("EIGENPLAN_COLOUR", "green", "there is no such option"),
        ("EIGENPLAN_SECRET_KEY", "k" * 40, "there is no such option"),
        ("EIGENPLAN_DATABASE_URL", "mysql://x", "must begin with sqlite:/// or postgresql://"),
        ("EIGENPLAN_BASE_URL", "bookings.example.org", "must be an address such as https://bookings.example.org"),
        ("EIGENPLAN_SMTP_PORT", "0", "must be a whole number from 1 to 65535"),
        ("EIGENPLAN_SMTP_PORT", "many", "must be a whole number from 1 to 65535"),
        ("EIGENPLAN_SMTP_SECURITY", "some", "must be one of none, starttls, tls"),
        ("EIGENPLAN_DEMO", "perhaps", "must be yes or no"),
        ("EIGENPLAN_SERVING_FILE", "serving", "must be a full path, which begins with /"),
        ("EIGENPLAN_LDAP_URL", "directory", "must be an address such as ldaps://directory.example.org"),
        ("EIGENPLAN_LDAP_URL", "http://directory", "must be an address such as ldaps://directory.example.org"),
        ("EIGENPLAN_LDAP_PLAIN", "yes", PLAIN),
        ("EIGENPLAN_LDAP_MAIL_ATTRIBUTE", "mail)(", "must be the name of an attribute, such as mail"),
        ("EIGENPLAN_LDAP_BIND_DN", "cn=x", "needs EIGENPLAN_LDAP_BIND_PASSWORD_FILE, and the other way round"),
        ("EIGENPLAN_OIDC_ISSUER", "http://login.example.org", ISSUER),
        ("EIGENPLAN_OIDC_ISSUER", "https://x.example.org?a", ISSUER),
        ("EIGENPLAN_OIDC_SCOPES", "email", "must have openid among them"),
        ("EIGENPLAN_TIME_ZONE", "Vienna", "must be the IANA name of a time zone, such as Europe/Vienna"),
    ],
)
def test_config_with_wrong_value_says_so(environ: dict[str, str], name: str, value: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(environ | {name: value})
    assert str(raised.value) == f"{name}: {problem}"


def test_config_tells_all_problems_at_once(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as raised:
        load_config(environ | {"EIGENPLAN_DEMO": "x", "EIGENPLAN_PROXIES": "x", "EIGENPLAN_NONE": "x"})
    assert len(str(raised.value).splitlines()) == 3


def test_config_tells_what_a_directory_and_a_provider_lack(environ: dict[str, str]) -> None:
    given = {
        "EIGENPLAN_LDAP_URL": "ldap://directory.example.org",
        "EIGENPLAN_LDAP_USER_FILTER": "(uid=*)",
        "EIGENPLAN_LDAP_PLAIN": "yes",
        "EIGENPLAN_OIDC_ISSUER": "https://login.example.org",
    }
    with pytest.raises(ConfigError) as raised:
        load_config(environ | given)
    assert str(raised.value).splitlines() == [
        "EIGENPLAN_LDAP_BASE_DN: is needed with a directory",
        "EIGENPLAN_LDAP_USER_FILTER: must have {login} where what was typed goes",
        f"EIGENPLAN_LDAP_PLAIN: {PLAIN}",
        "EIGENPLAN_OIDC_CLIENT_ID: is needed with a provider",
        "EIGENPLAN_OIDC_CLIENT_SECRET_FILE: is needed with a provider",
    ]


def test_config_of_a_directory_and_a_provider_becomes_what_they_are_asked_with(
    environ: dict[str, str], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s\n")
    given = {
        "EIGENPLAN_LDAP_URL": "ldap://localhost:1389",
        "EIGENPLAN_LDAP_PLAIN": "yes",
        "EIGENPLAN_LDAP_BASE_DN": "dc=example,dc=org",
        "EIGENPLAN_LDAP_BIND_DN": "cn=reader,dc=example,dc=org",
        "EIGENPLAN_LDAP_BIND_PASSWORD_FILE": str(secret),
        "EIGENPLAN_LDAP_ID_ATTRIBUTE": "objectGUID",
        "EIGENPLAN_OIDC_ISSUER": "http://127.0.0.1:8080/realm",
        "EIGENPLAN_OIDC_CLIENT_ID": "bookings",
        "EIGENPLAN_OIDC_CLIENT_SECRET_FILE": str(secret),
        "EIGENPLAN_OIDC_TWO_FACTORS": "mfa otp",
        "EIGENPLAN_OUTSIDE_EVERYBODY": "yes",
    }
    made = sources_of(load_config(environ | given))
    base = "dc=example,dc=org"
    assert made.directory == LdapSettings(
        "ldap://localhost:1389", base, True, "", f"cn=reader,{base}", "s", id_attribute="objectGUID"
    )
    assert made.provider is not None
    assert made.provider.settings == OidcSettings(
        "http://127.0.0.1:8080/realm", "bookings", "s", two_factors=frozenset({"mfa", "otp"})
    )
    assert made.issuers == (("oidc", "http://127.0.0.1:8080/realm"), ("ldap", ""))
    assert (made.present, made.everybody, made.link_mail) == ((Source.OIDC, Source.LDAP), True, False)
    assert sources_of(load_config(environ)) == Sources(label="your organisation")


def test_config_leaves_names_of_tests_alone(environ: dict[str, str]) -> None:
    assert load_config(environ | {"EIGENPLAN_TEST_TIER": "gate"}) == load_config(environ)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"short", "must hold at least 32 bytes"), (b"\xff\xfe" * 30, "is not text in UTF-8"), (None, "cannot read")],
)
def test_config_with_unusable_key_file_says_so(
    environ: dict[str, str], tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "other"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        load_config(environ | {"EIGENPLAN_SECRET_KEY_FILE": str(path)})


def test_config_with_a_file_that_holds_no_master_key_says_how_to_make_one(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"FILE: holds no master key.*; make one with: \./eigenplan keys new FILE$"):
        load_config(environ | {VARIABLE: environ["EIGENPLAN_SECRET_KEY_FILE"]})


def test_one_option_alone_is_read_or_named() -> None:
    assert read_option("master_key", {VARIABLE: str(FILE)}) == MASTER
    with pytest.raises(ValueError, match=f"^{VARIABLE}: is missing"):
        read_option("master_key", {})


def test_every_option_is_a_field_with_help() -> None:
    fields = set(Config.__dataclass_fields__)
    assert {option.name for option in OPTIONS} == fields
    assert all(option.help.endswith(".") for option in OPTIONS)
    assert [option.variable for option in OPTIONS if option.secret] == [
        "EIGENPLAN_SECRET_KEY_FILE",
        "EIGENPLAN_MASTER_KEY_FILE",
        "EIGENPLAN_SMTP_PASSWORD_FILE",
        "EIGENPLAN_LDAP_BIND_PASSWORD_FILE",
        "EIGENPLAN_OIDC_CLIENT_SECRET_FILE",
    ]
