"""The provider, asked for real over HTTP: what it says of itself and of people, and each answer not to rely on."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from joserfc.jwk import RSAKey

from app.integrations.oidc.provider import Provider
from app.integrations.oidc.values import Asked, Identity, TransientProviderError, WrongAnswerError
from tests.cast import NOW
from tests.oidc_provider import CLIENT, OidcProvider, Words, oidc_provider

ASKED = Asked("the state", "the nonce", "the verifier " * 4, "http://localhost/answer", NOW)
AGAIN = replace(ASKED, is_again=True)


@pytest.fixture
def server() -> Iterator[OidcProvider]:
    with oidc_provider() as made:
        yield made


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def visit(address: str) -> dict[str, str]:
    """Go to the provider as a browser does, and return what it brings back."""
    try:
        build_opener(_Stay).open(address, timeout=5).close()
    except HTTPError as answer:
        with answer:
            query = urlsplit(answer.headers["Location"]).query
        return {name: texts[0] for name, texts in parse_qs(query).items()}
    raise AssertionError("no redirect")


def identify(server: OidcProvider, asked: Asked = ASKED, provider: Provider | None = None, now: int = NOW) -> Identity:
    """Sign in."""
    asking = provider or Provider(server.settings)
    return asking.identify(asked, visit(asking.address(asked)), now)


def test_sign_in_tells_who_it_is(server: OidcProvider) -> None:
    assert identify(server) == Identity("1234", "ada@example.org", True, "Ada", ("desk",), 1)
    assert server.asked == ["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]


def test_address_asks_for_a_code_with_proof_and_for_nothing_else(server: OidcProvider) -> None:
    words = parse_qs(urlsplit(Provider(server.settings).address(AGAIN)).query)
    assert {name: texts for name, texts in words.items() if name != "code_challenge"} == {
        "tenant": ["1"],
        "response_type": ["code"],
        "client_id": [CLIENT],
        "redirect_uri": [ASKED.redirect_uri],
        "scope": ["openid email profile"],
        "state": ["the state"],
        "nonce": ["the nonce"],
        "code_challenge_method": ["S256"],
        "prompt": ["login"],
        "max_age": ["0"],
    }
    assert ASKED.verifier not in str(words)


def test_what_the_token_lacks_is_asked_for(server: OidcProvider) -> None:
    del server.person["groups"], server.person["email"]
    server.more = {"sub": "1234", "email": "more@example.org", "groups": ["desk", 5, "bosses"], "name": "Other"}
    assert identify(server) == Identity("1234", "more@example.org", True, "Ada", ("desk", "bosses"), 1)
    server.more["sub"] = "5678"
    with pytest.raises(WrongAnswerError, match="somebody else"):
        identify(server)


@pytest.mark.parametrize(
    ("said", "factors"), [({"amr": ["pwd"]}, 1), ({"amr": ["pwd", "mfa"]}, 2), ({"acr": "mfa"}, 2), ({"amr": "mfa"}, 1)]
)
def test_two_factors_are_what_the_option_calls_so(server: OidcProvider, said: Words, factors: int) -> None:
    server.person |= said
    if said.get("amr") == "mfa":
        with pytest.raises(WrongAnswerError, match="amr"):
            identify(server)
    else:
        assert identify(server).factors == factors


def test_words_that_are_no_texts_are_nothing(server: OidcProvider) -> None:
    server.person |= {"email": 5, "email_verified": "true", "name": None, "groups": "one"}
    assert identify(server) == Identity("1234", "", False, "", ("one",), 1)


def test_secret_is_sent_in_the_form_where_the_provider_wants_it_there(server: OidcProvider) -> None:
    server.about = lambda words: words | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert identify(server).subject == "1234"


def say(**words: object) -> Callable[[Words], Words]:
    """Return a function that changes these words; None takes one away."""
    return lambda old: {name: value for name, value in {**old, **words}.items() if value is not None}


BAD_TOKENS = [
    {"iss": "https://other.example.org"},
    {"iss": None},
    {"aud": "another"},
    {"aud": []},
    {"aud": None},
    {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"azp": "another"},
    {"exp": NOW - 61},
    {"exp": None},
    {"exp": "soon"},
    {"iat": NOW + 3600},
    {"iat": None},
    {"nbf": NOW + 3600},
    {"nonce": "another"},
    {"nonce": None},
    {"sub": None},
    {"sub": ""},
    {"sub": 5},
]


@pytest.mark.parametrize("words", BAD_TOKENS, ids=str)
def test_token_of_others_or_of_another_time_is_refused(server: OidcProvider, words: Words) -> None:
    server.claims = say(**words)
    with pytest.raises(WrongAnswerError):
        identify(server)


def test_token_for_us_among_others_is_taken_where_it_says_so(server: OidcProvider) -> None:
    server.claims = say(aud=[CLIENT, "another"], azp=CLIENT, exp=NOW - 59)
    assert identify(server).subject == "1234"


@pytest.mark.parametrize("algorithm", ["none", "HS256", "PS512"])
def test_token_is_taken_by_the_way_it_is_signed(server: OidcProvider, algorithm: str) -> None:
    server.header = say(alg=algorithm)
    if algorithm == "PS512":
        assert identify(server).subject == "1234"
    else:
        with pytest.raises(WrongAnswerError, match="no key"):
            identify(server)


def test_token_signed_by_a_key_of_somebody_else_is_refused(server: OidcProvider) -> None:
    server.published = [RSAKey.generate_key(2048, {"kid": "first"}).as_dict(private=False)]
    with pytest.raises(WrongAnswerError, match="no key"):
        identify(server)


def test_new_key_is_fetched_when_a_token_has_it_but_not_for_every_made_up_one(
    server: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Provider(server.settings)
    identify(server, provider=provider)
    server.key = RSAKey.generate_key(2048, {"kid": "second"})
    later = time.monotonic() + 61
    monkeypatch.setattr("app.integrations.oidc.provider.time.monotonic", lambda: later)
    assert identify(server, provider=provider).subject == "1234"
    server.key = RSAKey.generate_key(2048, {"kid": "third"})
    for _ in range(2):
        with pytest.raises(WrongAnswerError):
            identify(server, provider=provider)
    assert (server.asked.count("/keys"), server.asked.count("/.well-known/openid-configuration")) == (2, 1)


@pytest.mark.parametrize(
    "words", [{"iss": "https://other.example.org"}, {"iss": None}, {"code": None}, {"code": "x"}, {"error": "denied"}]
)
def test_answer_that_is_mixed_up_made_up_or_a_no_is_refused(server: OidcProvider, words: Words) -> None:
    server.back = say(**words)
    with pytest.raises(WrongAnswerError):
        identify(server)


def test_answer_without_issuer_is_taken_where_the_provider_promises_none(server: OidcProvider) -> None:
    server.about, server.back = say(authorization_response_iss_parameter_supported=None), say(iss=None)
    assert identify(server).subject == "1234"
    server.back = say(iss="https://other.example.org")
    with pytest.raises(WrongAnswerError, match="another provider"):
        identify(server)


def test_code_counts_once_and_with_the_verifier_alone(server: OidcProvider) -> None:
    provider = Provider(server.settings)
    brought = visit(provider.address(ASKED))
    with pytest.raises(WrongAnswerError, match="400 invalid_grant"):
        provider.identify(replace(ASKED, verifier="another " * 8), brought, NOW)
    with pytest.raises(WrongAnswerError, match="400 invalid_grant"):
        provider.identify(ASKED, brought, NOW)


@pytest.mark.parametrize(
    ("words", "is_right"), [({}, True), ({"auth_time": NOW - 61}, False), ({"auth_time": None}, False)]
)
def test_showing_again_counts_from_when_it_was_asked(server: OidcProvider, words: Words, is_right: bool) -> None:
    server.claims = say(**words)
    if is_right:
        assert identify(server, AGAIN).subject == "1234"
    else:
        with pytest.raises(WrongAnswerError, match="again"):
            identify(server, AGAIN)


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (say(issuer="https://other.example.org"), "calls itself otherwise"),
        (say(issuer=None), "calls itself otherwise"),
        (say(token_endpoint=None), "missing or not safe"),
        (say(jwks_uri="file:///etc/passwd"), "missing or not safe"),
        (say(raw="<html>"), "something else than JSON"),
        (say(raw="[]"), "no JSON object"),
        (say(raw="[" * 200_000), "something else than JSON"),
    ],
)
def test_provider_that_describes_itself_badly_is_not_asked(
    server: OidcProvider, about: Callable[[Words], Words], said: str
) -> None:
    server.about = about
    with pytest.raises(WrongAnswerError, match=said):
        Provider(server.settings).address(ASKED)


@pytest.mark.parametrize("published", [[{"kty": "RSA"}], 5, [{"kty": "odd"}], [5], []])
def test_keys_that_cannot_be_used_are_refused(server: OidcProvider, published: list[Words]) -> None:
    server.published = published
    with pytest.raises(WrongAnswerError, match="keys cannot be read"):
        identify(server)


def test_keys_of_other_kinds_do_not_matter(server: OidcProvider) -> None:
    enciphering = RSAKey.generate_key(2048, {"kid": "first", "use": "enc"}).as_dict(private=False)
    server.published = [enciphering, {"kty": "odd"}, dict(server.key.as_dict(private=False))]
    assert identify(server).subject == "1234"


@pytest.mark.parametrize(("token", "said"), [({"id_token": None}, "no token"), ({"id_token": "x.y"}, "no key")])
def test_token_that_is_none_is_refused(server: OidcProvider, token: Words, said: str) -> None:
    server.token = say(**token)
    with pytest.raises(WrongAnswerError, match=said):
        identify(server)


def test_wrong_secret_is_told(server: OidcProvider) -> None:
    provider = Provider(replace(server.settings, client_secret="wrong"))
    with pytest.raises(WrongAnswerError, match="401 invalid_client"):
        identify(server, provider=provider)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (503, TransientProviderError),
        (429, TransientProviderError),
        (404, WrongAnswerError),
        (302, WrongAnswerError),
    ],
)
def test_provider_that_answers_with_another_status_is_told(
    server: OidcProvider, status: int, error: type[Exception]
) -> None:
    server.status = status
    with pytest.raises(error, match=str(status)):
        Provider(server.settings).address(ASKED)


def test_provider_that_is_slow_too_long_or_away_is_given_up(server: OidcProvider) -> None:
    server.wait = 1.0
    begun = time.monotonic()
    with pytest.raises(TransientProviderError):
        Provider(replace(server.settings, seconds=0.3)).address(ASKED)
    assert time.monotonic() - begun < 5
    server.wait, server.about = 0.0, say(raw="x" * 1_100_000)
    with pytest.raises(TransientProviderError, match="too long"):
        Provider(server.settings).address(ASKED)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(TransientProviderError, match="ConnectionRefusedError"):
        Provider(replace(server.settings, issuer=nowhere)).address(ASKED)
