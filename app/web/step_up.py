"""Before dangerous actions somebody shows again who they are, unless they did so within the last minutes.

A form that was sent meanwhile waits in the page that asks, and goes on to where it was sent. Passwords in it are not
kept, so such a form is shown again instead.
"""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, SourceAway, TooOften
from app.booking.words import sentence
from app.operations.accounts.own_account import own_id
from app.operations.accounts.own_password import WRONG, check_own_password, has_password
from app.operations.accounts.passkeys import Purpose, check
from app.operations.accounts.second_factor import own_factors
from app.operations.accounts.sessions import Account, prove_again
from app.operations.outside.accounts import sources_of
from app.operations.outside.directory import check_own_directory
from app.operations.outside.values import Source
from app.texts import _, mark
from app.web.account.own import begin_own_try, fail, own_account, own_context, succeed
from app.web.context import current_actor, now, site
from app.web.errors import SECRETS, UNPROCESSABLE, answer_refusal, typed_fields
from app.web.passkey_forms import party, passkey_options
from app.web.sign_in import MAX_PASSWORD
from app.web.targets import own_path

blueprint = Blueprint("confirm", __name__, url_prefix="/confirm")
OWN = frozenset({"proof_password", "proof_target", "proof_resend", "passkey", "csrf_token"})
UNCONFIRMED = 401
NOT_YET = mark("You have not shown there who you are yet; please do that first.")

DANGEROUS = frozenset(
    {
        *("setup.new_users", "setup.add_users", "setup.edit_users", "setup.save_users"),
        *("setup.invite_user", "setup.forget_factors", "setup.link_user", "setup.unlink_user"),
        *("setup.new_groups", "setup.add_groups", "setup.edit_groups", "setup.save_groups", "setup.remove_groups"),
        *("setup.new_roles", "setup.add_roles", "setup.edit_roles", "setup.save_roles", "setup.remove_roles"),
        *("setup.new_approvals", "setup.add_approvals", "setup.edit_approvals", "setup.save_approvals"),
        "setup.remove_approvals",
        *("setup.new_rules", "setup.add_rules", "setup.edit_rules", "setup.save_rules", "setup.remove_rules"),
        *("setup.preset", "setup.save_preset", "setup.own_preset", "setup.save_own_preset"),
        *("setup.start_people", "setup.save_start_people"),
        *("setup.edit_pools", "setup.save_pools"),  # roles for a pool follow its members
        *("setup.door_resources", "setup.save_door_resources", "setup.renew_door_resources", "setup.save_share"),
        *("account.authenticator", "account.confirm_authenticator", "account.remove_authenticator"),
        *("account.save_feed", "account.renew_feed", "account.name_deputy"),
        *("clients.archive", "clients.erase", "export.write", "audit.export", "bookings.export"),
        *("account.new_passkey", "account.add_passkey", "account.remove_passkey", "account.recovery_codes"),
    }
)
"""Endpoints before which password or passkey are asked for when the last time is too long ago.

What gives rights, takes a second factor away, carries data off in one piece, or shows or makes an address that opens
something without a sign-in. Where only some of what a view does is dangerous, it asks ``ask_again`` itself: another
email address of a client, the address of a calendar feed.
"""


def init_step_up(app: Flask) -> None:
    """Make the rule hold for every request of this application; after the one that needs somebody signed in."""
    app.before_request(require_recent_sign_in)


def require_recent_sign_in() -> ResponseReturnValue | None:
    """Ask again who somebody is before they do something dangerous."""
    return ask_again() if request.endpoint in DANGEROUS else None


def ask_again() -> ResponseReturnValue | None:
    """Return the page that asks who somebody is; None if they have just shown it.

    Whoever sees as a role is asked, too: what they look at may be an address that opens something. The form of the page
    goes on to this request with all that was typed.
    """
    if not current_actor().is_staff or own_account().is_recent(now()):
        return None
    target = request.full_path.rstrip("?")
    fields = list(typed_fields()) if request.method == "POST" else []
    resend = request.method == "POST" and not any(request.form.get(name) for name in SECRETS if name != "csrf_token")
    return _page(target if resend or request.method == "GET" else request.path, resend, fields, {}), UNCONFIRMED


@blueprint.post("/password")
def by_password() -> ResponseReturnValue:
    """Check the password that was typed again."""
    account = own_account()
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return answer_refusal(_again({"proof_password": sentence(refusal, "UTC")}), refusal)
    try:
        is_right = _is_own(request.form.get("proof_password", "")[:MAX_PASSWORD])
    except SourceAway as refusal:
        return answer_refusal(_again({"proof_password": sentence(refusal, "UTC")}), refusal)
    if not is_right:
        fail(account, "password")
        return _again({"proof_password": _(WRONG)}), UNPROCESSABLE
    succeed(tried)
    return _go_on(account)


@blueprint.post("/go-on")
def go_on() -> ResponseReturnValue:
    """Send a waiting form on, after its sender has shown in another tab who they are."""
    if not own_account().is_recent(now()):
        return _again({"provider": _(NOT_YET)}), UNPROCESSABLE
    return _send_on()


def _is_own(password: str) -> bool:
    """Whether this is one's own password, of this site or of the directory."""
    context = own_context()
    return check_own_password(context, password) or check_own_directory(context, site().sources, password)


@blueprint.post("/passkey")
def by_passkey() -> ResponseReturnValue:
    """Check what a passkey answered."""
    account, answer = own_account(), request.form.get("passkey", "")
    try:
        tried = begin_own_try(account)
    except TooOften as refusal:
        return answer_refusal(_again({"passkey": sentence(refusal, "UTC")}), refusal)
    try:
        check(site().store, party(), Purpose.CONFIRM, answer, now(), account.actor.user_id or 0)
    except InvalidInput as refusal:
        fail(account, "passkey")
        return _again({"passkey": sentence(refusal, "UTC")}), UNPROCESSABLE
    succeed(tried)
    return _go_on(account)


def _go_on(account: Account) -> ResponseReturnValue:
    """Go on to the page, or (307, RFC 9110) let the browser send the waiting form to where it was sent."""
    prove_again(site().store, account.session, now())
    return _send_on()


def _send_on() -> ResponseReturnValue:
    target = own_path(request.form.get("proof_target", "")) or "/"
    return redirect(target, 307 if request.form.get("proof_resend") else 303)


def _again(errors: dict[str, str]) -> str:
    fields = [(name, text) for name, text in typed_fields() if name not in OWN]
    return _page(request.form.get("proof_target", ""), bool(request.form.get("proof_resend")), fields, errors)


def _page(target: str, resend: bool, fields: list[tuple[str, str]], errors: dict[str, str]) -> str:
    account, context = own_account(), own_context()
    has_passkeys = own_factors(context).passkeys > 0
    outside = sources_of(site().store, own_id(context)) & {*site().sources.present}
    return render_template(
        "sign_in/confirm.html",
        account=account,
        target=target,
        resend=resend,
        fields=fields,
        errors=errors,
        has_password=has_password(context) or Source.LDAP in outside,
        has_provider=Source.OIDC in outside,
        sources=site().sources,
        options=passkey_options(Purpose.CONFIRM, account.actor.user_id or 0) if has_passkeys else "",
    )
