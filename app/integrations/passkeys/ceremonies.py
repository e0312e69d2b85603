"""The two ceremonies of WebAuthn, making a passkey and showing it, by the library ``webauthn``.

That takes 7 MB with all it brings; so whoever needs it loads this module when a passkey comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.integrations.passkeys.values import Answer, Key, Owner, RelyingParty, WrongPasskeyError, from_text, to_text

_FAULTS = (WebAuthnException, ValueError, TypeError, KeyError)
"""What the library raises for what browsers may send; the last three where it does not look closely."""


def ask_to_make(party: RelyingParty, owner: Owner, challenge: bytes) -> str:
    """Return what a browser needs to make a passkey, as JSON (PublicKeyCredentialCreationOptionsJSON)."""
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=owner.site_name,
        user_name=owner.email,
        user_display_name=owner.name,
        user_id=owner.public_id.encode(),
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(owner.known),
    )
    return options_to_json(options)


def check_made(party: RelyingParty, answer: Answer) -> tuple[str, Key]:
    """Return the id (base64url) and the key of a passkey that a browser has made.

    Raises:
        WrongPasskeyError: the answer is not one to what was asked.
    """
    with _told_apart():
        made = verify_registration_response(**_expected(party, answer), require_user_verification=True)
    return to_text(made.credential_id), Key(to_text(made.credential_public_key), made.sign_count)


def ask_to_show(party: RelyingParty, challenge: bytes, known: Sequence[str], *, is_alone: bool) -> str:
    """Return what a browser needs to show a passkey, as JSON (PublicKeyCredentialRequestOptionsJSON).

    Args:
        party: this site.
        challenge: what is to be signed.
        known: the ids of those that will do (base64url); none: any.
        is_alone: nothing else is shown, so the device has to know its owner.
    """
    required, preferred = UserVerificationRequirement.REQUIRED, UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=_descriptors(known) or None,
        user_verification=required if is_alone else preferred,
    )
    return options_to_json(options)


def check_shown(party: RelyingParty, answer: Answer, key: Key, *, is_alone: bool) -> int:
    """Return how often a passkey says it has signed, this time included.

    Raises:
        WrongPasskeyError: it has not signed what was asked, or its count says that there is a copy of it.
    """
    with _told_apart():
        shown = verify_authentication_response(
            **_expected(party, answer),
            credential_public_key=from_text(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=is_alone,
        )
    return shown.new_sign_count


def _expected(party: RelyingParty, answer: Answer) -> dict[str, Any]:
    """Return what the library compares an answer with."""
    return {
        "credential": answer.credential,
        "expected_challenge": answer.challenge,
        "expected_rp_id": party.host,
        "expected_origin": party.origin,
    }


@contextmanager
def _told_apart() -> Iterator[None]:
    """Raise a wrong answer as what it is to us."""
    try:
        yield
    except _FAULTS as error:
        raise WrongPasskeyError(str(error)) from error


def _descriptors(known: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=from_text(one)) for one in known]
