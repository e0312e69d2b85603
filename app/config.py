"""Deploy-time options: each declared once as data, read from the environment, all errors told at once.

Secrets come from files that the environment names (``EIGENPLAN_SECRET_KEY_FILE``), never from the environment itself,
where every child process and crash report could show them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.booking.refusals import UnknownZone
from app.booking.wall_clock import zone
from app.crypto.master import MasterKey, MasterKeyError, read_master_key

PREFIX = "EIGENPLAN_"
TEST_PREFIX = "EIGENPLAN_TEST_"
SECURITY_KINDS = ("none", "starttls", "tls")
MIN_KEY_BYTES = 32
TRANSLATIONS = Path(__file__).parent / "translations"
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class ConfigError(Exception):
    """The environment cannot be used; the text has one line per problem."""


@dataclass(frozen=True, slots=True)
class Config:
    """The options of a running program. ``demo``: mails are shown on a page instead of being sent.

    ``proxies``: how many reverse proxies of ours stand in front and set ``X-Forwarded-For``.
    ``language``: the code of what is spoken where nobody asks for another language.
    ``time_zone``: the IANA zone of what belongs to no location; it is offered first where one is chosen.
    ``limit_times``: how many times as much the limits against abuse allow.
    ``serving_file``: where two web processes take turns, the file that is there while this one takes requests.
    ``live_url``: where browsers reach the live process; empty: there is none, open calendars look once a minute.
    ``live_streams``: how many pages it tells of changes at once.
    """

    database_url: str
    secret_key: bytes
    base_url: str
    master_key: MasterKey
    mail_from: str = "Eigenplan <eigenplan@localhost>"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_security: str = "none"
    demo: bool = False
    proxies: int = 0
    serving_file: str = ""
    live_url: str = ""
    live_streams: int = 2000
    time_zone: str = "UTC"
    language: str = "en"
    limit_times: int = 1
    ldap_url: str = ""
    ldap_plain: bool = False
    ldap_ca_file: str = ""
    ldap_bind_dn: str = ""
    ldap_bind_password: str = ""
    ldap_base_dn: str = ""
    ldap_user_filter: str = "(|(uid={login})(mail={login}))"
    ldap_id_attribute: str = "entryUUID"
    ldap_mail_attribute: str = "mail"
    ldap_name_attribute: str = "cn"
    ldap_group_attribute: str = "memberOf"
    ldap_group_filter: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_label: str = "your organisation"
    oidc_scopes: str = "openid email profile"
    oidc_groups_claim: str = "groups"
    oidc_two_factors: str = ""
    oidc_ca_file: str = ""
    outside_everybody: bool = False
    outside_link_mail: bool = False

    @property
    def is_https(self) -> bool:
        """Whether visitors reach us by TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: ``default`` None means that it must be given; a secret one is the content of a file."""

    name: str
    read: Callable[[str], Any]
    default: str | None
    help: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.name.upper()}{'_FILE' if self.secret else ''}"


def _text(value: str) -> str:
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql:")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://bookings.example.org")
    return value.rstrip("/")


def _live_url(value: str) -> str:
    parts = urlsplit(value)
    if value.startswith("/") and value.strip("/").isalnum():
        return value
    is_plain = not set(value) & set(" ;,'\"")  # its origin becomes a part of the content security policy
    is_whole = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
    if value and not (is_plain and is_whole):
        raise ValueError("must be a path such as /live, or an address such as http://127.0.0.1:8010/live")
    return value


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


def _one_of(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def _yes_no(value: str) -> bool:
    if value.lower() not in _WORDS:
        raise ValueError("must be yes or no")
    return _WORDS[value.lower()]


def _time_zone(value: str) -> str:
    try:
        return zone(value).key
    except UnknownZone as error:
        raise ValueError("must be the IANA name of a time zone, such as Europe/Vienna") from error


def _language(value: str) -> str:
    """Return the code of a language that is here: English, or one with a file of translations."""
    codes = ("en", *sorted(path.stem for path in TRANSLATIONS.glob("*.po")))
    return _one_of(codes)(value)


def _full_path(value: str) -> str:
    if value and not value.startswith("/"):
        raise ValueError("must be a full path, which begins with /")
    return value


def _is_here(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _ldap_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("ldap", "ldaps") or not parts.hostname or parts.path.strip("/") or parts.query):
        raise ValueError("must be an address such as ldaps://directory.example.org")
    return value


def _issuer(value: str) -> str:
    """Return an address that is asked with https; as it is compared letter by letter, nothing is changed in it."""
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
    if value and (not is_safe or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("must be an address such as https://login.example.org/realm")
    return value


def _attribute(value: str) -> str:
    if value and not (value.isascii() and value.replace("-", "").replace(";", "").isalnum()):
        raise ValueError("must be the name of an attribute, such as mail")
    return value


def _key(value: str) -> bytes:
    if len(value.encode()) < MIN_KEY_BYTES:
        raise ValueError(f"must hold at least {MIN_KEY_BYTES} bytes; make one with: openssl rand -hex 32")
    return value.encode()


def _master_key(value: str) -> MasterKey:
    try:
        return read_master_key(value)
    except MasterKeyError as error:
        raise ValueError(f"{error}; make one with: ./eigenplan keys new FILE") from error


OPTIONS = (
    Option("database_url", _database_url, None, "Where bookings are kept: sqlite:///PATH or postgresql://HOST/NAME."),
    Option("secret_key", _key, None, "File with the key that signs cookies, forms and manage links.", secret=True),
    Option("master_key", _master_key, None, "File with the key that opens clients' details.", secret=True),
    Option("base_url", _base_url, None, "The address under which visitors reach this site; links in mails begin so."),
    Option("mail_from", _text, "Eigenplan <eigenplan@localhost>", "Sender of all mails."),
    Option("smtp_host", _text, "localhost", "Mail server that takes our mails."),
    Option("smtp_port", _number(1, 65535), "25", "Its port."),
    Option("smtp_user", _text, "", "Name to sign in to the mail server with; empty: no sign-in."),
    Option("smtp_password", _text, "", "File with the password for the mail server.", secret=True),
    Option("smtp_security", _one_of(SECURITY_KINDS), "none", "How mails are protected: none, starttls or tls."),
    Option("demo", _yes_no, "no", "Show mails on a page instead of sending them."),
    Option("proxies", _number(0, 9), "0", "Number of own reverse proxies in front of the program."),
    Option("serving_file", _full_path, "", "File without which `/readyz` says no; empty: there is no such file."),
    Option("live_url", _live_url, "", "Where browsers reach the live process, such as `/live`; empty: there is none."),
    Option("live_streams", _number(1, 100_000), "2000", "How many open calendars the live process tells of changes."),
    Option("limit_times", _number(1, 10_000), "1", "How many times as many sign-ins, bookings and links one may try."),
    Option(
        "ldap_url",
        _ldap_url,
        "",
        "Directory that knows people's passwords: ldaps://HOST, or ldap://HOST with StartTLS.",
    ),
    Option("ldap_plain", _yes_no, "no", "Ask the directory without encryption; only on this machine."),
    Option(
        "ldap_ca_file", _full_path, "", "Certificates that the directory's is signed by; empty: those of the system."
    ),
    Option("ldap_bind_dn", _text, "", "Whole name (DN) of the account that searches the directory; empty: none."),
    Option("ldap_bind_password", _text, "", "File with the password of that account.", secret=True),
    Option("ldap_base_dn", _text, "", "Where in the directory people and groups are looked for."),
    Option("ldap_user_filter", _text, "(|(uid={login})(mail={login}))", "Finds a person by what was typed, `{login}`."),
    Option(
        "ldap_id_attribute", _attribute, "entryUUID", "What never changes of a person; Active Directory: objectGUID."
    ),
    Option("ldap_mail_attribute", _attribute, "mail", "Where the directory keeps email addresses."),
    Option("ldap_name_attribute", _attribute, "cn", "Where it keeps names; Active Directory: displayName."),
    Option("ldap_group_attribute", _attribute, "memberOf", "Where it keeps the groups of a person."),
    Option("ldap_group_filter", _text, "", "Finds more groups by the person's whole name, `{dn}`; empty: none."),
    Option("oidc_issuer", _issuer, "", "OpenID provider by which people sign in, as it writes its own address."),
    Option("oidc_client_id", _text, "", "What this site is called there."),
    Option("oidc_client_secret", _text, "", "File with the secret that the provider gave this site.", secret=True),
    Option("oidc_label", _text, "your organisation", "What the button calls the provider: sign in with it."),
    Option("oidc_scopes", _text, "openid email profile", "What the provider is asked to tell, in its words."),
    Option("oidc_groups_claim", _text, "groups", "Where it tells the groups of a person."),
    Option("oidc_two_factors", _text, "", "Words of its amr or acr that mean two factors, such as mfa; empty: none."),
    Option(
        "oidc_ca_file", _full_path, "", "Certificates that the provider's is signed by; empty: those of the system."
    ),
    Option(
        "outside_everybody",
        _yes_no,
        "no",
        "Make an account for everybody who signs in elsewhere, also without a group.",
    ),
    Option(
        "outside_link_mail",
        _yes_no,
        "no",
        "Whoever signs in elsewhere with an account's email address gets that account.",
    ),
    Option("language", _language, "en", "Language of mails and pages where nobody asks for another: en or de."),
    Option(
        "time_zone",
        _time_zone,
        "UTC",
        "Time zone of pages of no location and for new ones, by its IANA name.",
    ),
)


def load_config(environ: Mapping[str, str]) -> Config:
    """Return the options that the environment gives.

    Raises:
        ConfigError: with every problem there is, unknown names with our prefix included.
    """
    known = {option.variable for option in OPTIONS}
    problems = [
        f"{name}: there is no such option"
        for name in sorted(environ)
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known
    ]
    values: dict[str, Any] = {}
    for option in OPTIONS:
        try:
            values[option.name] = _value(option, environ)
        except ValueError as error:
            problems.append(f"{option.variable}: {error}")
    problems += _together(values)
    if problems:
        raise ConfigError("\n".join(problems))
    return Config(**values)


def _together(values: Mapping[str, Any]) -> list[str]:
    """Return what does not fit together; an option that could not be read is no reason for more words."""
    parts = urlsplit(values.get("ldap_url", ""))
    has_directory, has_provider = bool(values.get("ldap_url")), bool(values.get("oidc_issuer"))
    wrong = {
        "ldap_base_dn": has_directory and not values.get("ldap_base_dn", "?") and "is needed with a directory",
        "ldap_user_filter": has_directory
        and "{login}" not in values.get("ldap_user_filter", "{login}")
        and "must have {login} where what was typed goes",
        "ldap_bind_dn": bool(values.get("ldap_bind_dn")) != bool(values.get("ldap_bind_password"))
        and "needs EIGENPLAN_LDAP_BIND_PASSWORD_FILE, and the other way round",
        "ldap_plain": values.get("ldap_plain")
        and not (parts.scheme == "ldap" and _is_here(parts.hostname))
        and "is only for a directory on this machine, as passwords could be read on the way",
        "oidc_client_id": has_provider and not values.get("oidc_client_id", "?") and "is needed with a provider",
        "oidc_client_secret": has_provider
        and not values.get("oidc_client_secret", "?")
        and "is needed with a provider",
        "oidc_scopes": "openid" not in values.get("oidc_scopes", "openid").split() and "must have openid among them",
    }
    variables = {option.name: option.variable for option in OPTIONS}
    return [f"{variables[name]}: {problem}" for name, problem in wrong.items() if problem]


def read_option(name: str, environ: Mapping[str, str]) -> object:
    """Return one option alone, for commands that need no more.

    Raises:
        ValueError: it is missing or cannot be used; the text is a sentence.
    """
    option = next(one for one in OPTIONS if one.name == name)
    try:
        return _value(option, environ)
    except ValueError as error:
        raise ValueError(f"{option.variable}: {error}") from error


def _value(option: Option, environ: Mapping[str, str]) -> object:
    given = environ.get(option.variable, "")
    if not given:
        if option.default is None:
            raise ValueError("is missing. " + option.help)
        return option.read(option.default)
    return option.read(_content(Path(given)) if option.secret else given)


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8") from error
