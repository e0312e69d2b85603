"""Puts the application together."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config
from app.integrations.ldap.values import LdapSettings
from app.integrations.oidc.values import OidcSettings
from app.operations.installation.readiness import check_schema_at_start
from app.operations.outside.values import Sources
from app.storage.store import open_store
from app.translations import load_languages
from app.web import (
    audit,
    bookings,
    calendar,
    check_in,
    clients,
    data_register,
    door,
    export,
    feed,
    find,
    forgotten,
    health,
    help,
    home,
    look,
    manage,
    outbox,
    outside,
    password,
    public,
    requests,
    second,
    seeing_as,
    sign_in,
    step_up,
    today,
    waiting,
)
from app.web.access import init_access
from app.web.account import pages as account
from app.web.context import EXTENSION, Site
from app.web.embedded import init_embedded
from app.web.errors import QuietFlask, init_errors
from app.web.features import init_features
from app.web.language import init_language
from app.web.look import init_look
from app.web.pages import init_pages
from app.web.security import init_security, may_keep_session
from app.web.security_log import init_security_log
from app.web.seeing_as import init_seeing_as
from app.web.setup import pages as setup
from app.web.sign_in import init_sign_in
from app.web.static_files import init_static_files
from app.web.step_up import init_step_up
from app.web.words import init_words

if TYPE_CHECKING:
    from app.integrations.oidc.provider import Provider

MAX_BODY_BYTES = 1_000_000
MAX_FORM_PARTS = 200
SESSION_HOURS = 12
WEB = Path(__file__).parent / "web"

BLUEPRINTS = (
    health.blueprint,
    public.blueprint,
    manage.blueprint,
    sign_in.blueprint,
    password.blueprint,
    home.blueprint,
    help.blueprint,
    look.blueprint,
    forgotten.blueprint,
    outside.blueprint,
    second.blueprint,
    step_up.blueprint,
    account.blueprint,
    feed.blueprint,
    door.blueprint,
    check_in.blueprint,
    today.blueprint,
    calendar.blueprint,
    bookings.blueprint,
    find.blueprint,
    requests.blueprint,
    waiting.blueprint,
    clients.blueprint,
    data_register.blueprint,
    export.blueprint,
    outbox.blueprint,
    setup.blueprint,
    audit.blueprint,
    seeing_as.blueprint,
)


class Sessions(SecureCookieSessionInterface):
    """Cookies signed by HMAC-SHA256 instead of Flask's HMAC-SHA1."""

    digest_method = staticmethod(hashlib.sha256)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Leave static files alone, which are the same for everybody, and sessions to requests of our own pages."""
        if request.endpoint != "static" and may_keep_session():
            super().save_session(app, session, response)


def sources_of(config: Config) -> Sources:
    """Return where people may sign in besides here, by the options."""
    directory = LdapSettings(
        url=config.ldap_url,
        base_dn=config.ldap_base_dn,
        plain=config.ldap_plain,
        ca_file=config.ldap_ca_file,
        bind_dn=config.ldap_bind_dn,
        bind_password=config.ldap_bind_password,
        user_filter=config.ldap_user_filter,
        id_attribute=config.ldap_id_attribute,
        mail_attribute=config.ldap_mail_attribute,
        name_attribute=config.ldap_name_attribute,
        group_attribute=config.ldap_group_attribute,
        group_filter=config.ldap_group_filter,
    )
    return Sources(
        directory=directory if config.ldap_url else None,
        provider=_provider(config) if config.oidc_issuer else None,
        label=config.oidc_label,
        everybody=config.outside_everybody,
        link_mail=config.outside_link_mail,
    )


def _provider(config: Config) -> Provider:
    from app.integrations.oidc.provider import Provider

    settings = OidcSettings(
        issuer=config.oidc_issuer,
        client_id=config.oidc_client_id,
        client_secret=config.oidc_client_secret,
        scopes=config.oidc_scopes,
        groups_claim=config.oidc_groups_claim,
        two_factors=frozenset(config.oidc_two_factors.split()),
        ca_file=config.oidc_ca_file,
    )
    return Provider(settings)


def create_app(config: Config) -> Flask:
    """Return the application on an open store; call it in the process that will serve (after any fork).

    Raises:
        SchemaError: the database has another schema than this program.
    """
    app = QuietFlask("app", template_folder=str(WEB / "templates"), static_folder=str(WEB / "static"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-eigenplan" if config.is_https else "eigenplan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        WTF_CSRF_TIME_LIMIT=SESSION_HOURS * 3600,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    store = open_store(config.database_url, config.master_key)
    check_schema_at_start(store)
    app.extensions[EXTENSION] = Site(config, store, sources_of(config))
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)  # type: ignore[method-assign]  # how Flask is wrapped
    load_languages()
    init_look(app)
    init_language(app)
    init_embedded(app)
    init_sign_in(app)
    init_errors(app)
    init_access(app)
    init_features(app)
    init_security(app)
    init_seeing_as(app)
    init_step_up(app)
    init_security_log(app)
    init_pages(app)
    init_static_files(app)
    init_words(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
