"""Puts the application together."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config
from app.operations.readiness import check_schema_at_start
from app.storage.store import open_store
from app.web import (
    bookings,
    calendar,
    clients,
    data_register,
    export,
    forgotten,
    health,
    home,
    manage,
    outbox,
    password,
    public,
    requests,
    second,
    seeing_as,
    sign_in,
    step_up,
    waiting,
)
from app.web.access import init_access
from app.web.account import pages as account
from app.web.context import EXTENSION, Site
from app.web.errors import QuietFlask, init_errors
from app.web.pages import init_pages
from app.web.security import init_security
from app.web.security_log import init_security_log
from app.web.seeing_as import init_seeing_as
from app.web.setup import pages as setup
from app.web.sign_in import init_sign_in
from app.web.step_up import init_step_up

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
    forgotten.blueprint,
    second.blueprint,
    step_up.blueprint,
    account.blueprint,
    calendar.blueprint,
    bookings.blueprint,
    requests.blueprint,
    waiting.blueprint,
    clients.blueprint,
    data_register.blueprint,
    export.blueprint,
    outbox.blueprint,
    setup.blueprint,
    seeing_as.blueprint,
)


class Sessions(SecureCookieSessionInterface):
    """Cookies signed by HMAC-SHA256 instead of Flask's HMAC-SHA1."""

    digest_method = staticmethod(hashlib.sha256)


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
    store = open_store(config.database_url)
    check_schema_at_start(store)
    app.extensions[EXTENSION] = Site(config, store)
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies)  # type: ignore[method-assign]  # how Flask is wrapped
    init_sign_in(app)
    init_errors(app)
    init_access(app)
    init_security(app)
    init_seeing_as(app)
    init_step_up(app)
    init_security_log(app)
    init_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
