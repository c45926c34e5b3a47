"""The authorizer: who calls, from the token alone. Its answer is remembered for every route, so it may not know one."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from functions.authorizer import app
from lotbook import wiring
from lotbook.adapters import tokens
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.tokens import Claims, IssuerKeys, JwtMemberTokens
from lotbook.api.http.identity import KEPT_SECONDS, UNKNOWN
from lotbook.domain.values.access import SCOPES, Scope
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.accounts.authenticate import hash_of
from tests.fakes.accounts import ManualClock
from tests.functions.conftest import ENVIRONMENT, clear_wiring
from tests.functions.events import a_token_event, an_event

ISSUER, AUDIENCE = ENVIRONMENT["TOKEN_ISSUER"], ENVIRONMENT["TOKEN_AUDIENCE"]
ANONYMOUS = {"kind": "anonymous"}
RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def public(key: Any, kid: str, **more: str) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "key_ops": ["verify"]} | more


class Issuer:
    """A published key set that counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [public(RSA_KEY, "r1", alg="RS256", use="sig"), public(EC_KEY, "e1", alg="ES256")]
        self.asked = 0
        self.down = False

    def fetch(self, url: str) -> bytes:
        assert url == ENVIRONMENT["TOKEN_KEYS_URL"]
        self.asked += 1
        if self.down:
            raise Unavailable
        return json.dumps({"keys": self.keys}).encode()


class World:
    """The authorizer with its issuer, clocks and service keys."""

    def __init__(self) -> None:
        self.issuer, self.clock, self.wall = Issuer(), ManualClock(), ManualClock()
        keys = IssuerKeys(ENVIRONMENT["TOKEN_KEYS_URL"], self.wall, self.issuer.fetch)
        self.tokens = JwtMemberTokens(keys, Claims(ISSUER, AUDIENCE, "account_id", "role"))

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = self.clock.now() // SECOND
        known = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "auth0|ann",
            "account_id": "acme",
            "role": "owner",
            "exp": now + 60,
        }
        return {name: value for name, value in (known | changes).items() if value is not None}

    def token(self, key: Any = RSA_KEY, algorithm: str = "RS256", kid: str = "r1", **changes: Any) -> str:
        return jwt.encode(self.claims(**changes), key, algorithm=algorithm, headers={"kid": kid})

    def ask(self, token: str, scheme: str = "Bearer", **more: Any) -> dict[str, Any]:
        answer = app.handler(a_token_event(f"{scheme} {token}", **more), None)
        assert answer["isAuthorized"] is True
        return answer["context"]


@pytest.fixture
def world(environment: Table, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(wiring, "tokens", lambda: made.tokens)
    monkeypatch.setattr(wiring, "clock", lambda: made.clock)
    return made


def test_callers_a_member_token_names_account_and_role(world: World) -> None:
    expected = {"kind": "member", "actor": "auth0|ann", "account_id": "acme", "role": "owner"}
    assert world.ask(world.token()) == expected
    assert world.ask(world.token(EC_KEY, "ES256", "e1")) == expected
    assert world.ask(world.token(aud=["other", AUDIENCE])) == expected
    assert world.ask(world.token(), scheme="bearer") == expected


@pytest.mark.parametrize("subject", ["system", "backend", "SYSTEM", "4e1c-9f", "member:system", "member:"])
def test_s14_no_member_is_named_like_the_system_or_like_a_service_key(world: World, subject: str) -> None:
    wiring.service_keys().put(hash_of("lbk_backend_1"), "backend", frozenset({"read"}), 0)
    assert world.ask("lbk_backend_1")["actor"] == "backend"
    assert world.ask(world.token(sub=subject))["actor"] == f"member:{subject}"


def test_s14_two_subjects_never_become_one_actor(world: World) -> None:
    subjects = ["a", "member:a", "member:member:a", "a@b", "auth0|a", "a" * 65]
    assert len({world.ask(world.token(sub=subject))["actor"] for subject in subjects}) == len(subjects)


@pytest.mark.parametrize(
    "keys",
    [b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"[" * 250_000, b'{"keys":7}', b'{"keys":{}}', b"\xff"],
)
def test_s14_a_key_set_that_cannot_be_read_is_unavailable_and_no_crash(world: World, keys: bytes) -> None:
    read = JwtMemberTokens(
        IssuerKeys("https://issuer.example/keys", world.wall, lambda _: keys), Claims(ISSUER, AUDIENCE, "a", "r")
    )
    with pytest.raises(Unavailable):
        read.read(world.token(), world.clock.now())


def test_callers_the_answer_depends_on_the_token_never_on_the_route(world: World) -> None:
    """D40: API Gateway gives this answer to every route for a minute."""
    token = world.token()
    answers = [
        world.ask(token, route_key=route)
        for route in ("GET /v1/accounts/{account_id}", "PUT /v1/policies/{policy_id}", "POST /v1/accounts")
    ]
    assert answers == [answers[0]] * 3
    event = a_token_event(f"Bearer {token}")
    stripped = {"identitySource": event["identitySource"], "type": "REQUEST", "version": "2.0"}
    assert app.handler(stripped, None)["context"] == answers[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example/"},
        {"iss": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": {"lotbook": 1}},
        {"exp": None},
        {"exp": True},
        {"exp": "9999999999"},
        {"sub": ""},
        {"sub": None},
        {"sub": "a\nb"},
        {"sub": "x" * 256},
        {"role": "root"},
        {"role": None},
        {"role": ["owner"]},
        {"account_id": None},
        {"account_id": 7},
    ],
    ids=str,
)
def test_callers_a_token_that_says_too_little_or_another_thing_is_anonymous(
    world: World, changes: dict[str, Any]
) -> None:
    token = jwt.api_jws.encode(
        json.dumps(world.claims(**changes)).encode(), RSA_KEY, algorithm="RS256", headers={"kid": "r1"}
    )
    assert world.ask(token) == ANONYMOUS


@pytest.mark.parametrize("account_id", ["", "../x", "a b", "-a", "a" * 65, "a\n"])
def test_callers_an_account_claim_that_is_no_id_is_anonymous_to_the_functions(world: World, account_id: str) -> None:
    from lotbook.api.http.identity import from_context

    assert from_context(world.ask(world.token(account_id=account_id))) is None


def test_callers_a_token_lives_by_our_clock_and_is_dead_at_its_end(world: World) -> None:
    """The local run moves the clock: neither the machine's time nor `iat` counts."""
    token = world.token(exp=world.clock.now() // SECOND + 60, iat=99_999_999_999)
    world.clock.instant += 60 * SECOND - 1
    assert world.ask(token)["kind"] == "member"
    world.clock.instant += 1
    assert world.ask(token) == ANONYMOUS
    later = world.token(nbf=world.clock.now() // SECOND + 1)
    assert world.ask(later) == ANONYMOUS
    world.clock.instant += SECOND
    assert world.ask(later)["kind"] == "member"


def test_callers_none_and_symmetric_algorithms_and_foreign_keys_are_refused(world: World) -> None:
    """The public key as an HMAC secret, no signature at all, somebody else's key under our key id."""
    pem = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    forged = jwt.api_jws.PyJWS(algorithms=["HS256"])
    payload = json.dumps(world.claims()).encode()
    monkey = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    monkey.prepare_key = lambda key: key  # type: ignore[assignment,return-value,method-assign]  # the attacker's library has no scruples
    forged.unregister_algorithm("HS256")
    forged.register_algorithm("HS256", monkey)
    assert world.ask(forged.encode(payload, pem, algorithm="HS256", headers={"kid": "r1"})) == ANONYMOUS
    assert (
        world.ask(jwt.encode(world.claims(), cast("Any", None), algorithm="none", headers={"kid": "r1"})) == ANONYMOUS
    )
    assert world.ask(world.token(OTHER_KEY)) == ANONYMOUS
    assert world.ask(world.token(EC_KEY, "ES256", "r1")) == ANONYMOUS
    assert world.ask(world.token(RSA_KEY, "RS512")) == ANONYMOUS
    assert world.ask(world.token()[:-4] + "AAAA") == ANONYMOUS
    critical = {"kid": "r1", "crit": ["b64"]}
    assert world.ask(jwt.encode(world.claims(), RSA_KEY, algorithm="RS256", headers=critical)) == ANONYMOUS


@pytest.mark.parametrize(
    "published",
    [
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "h1", "alg": "HS256"},
        public(RSA_KEY, "h1", use="enc"),
        {"kty": "RSA", "kid": "h1"},
        {"kid": "h1"},
        7,
    ],
    ids=["symmetric", "for encryption", "broken", "no kind", "no key"],
)
def test_callers_only_published_signing_keys_of_our_algorithms_count(world: World, published: Any) -> None:
    world.issuer.keys = [published, *world.issuer.keys]
    secret = b"secret-secret-secret-secret-secret"
    assert world.ask(world.token(secret, "HS256", "h1")) == ANONYMOUS
    assert world.ask(world.token(RSA_KEY, "RS256", "h1")) == ANONYMOUS
    assert world.ask(world.token())["kind"] == "member", "the other keys still count"


def test_callers_unknown_key_ids_ask_the_issuer_at_most_once_a_pause(world: World) -> None:
    world.ask(world.token())
    for n in range(50):
        assert world.ask(world.token(OTHER_KEY, kid=f"k{n}")) == ANONYMOUS
    assert world.issuer.asked == 1
    world.wall.instant += tokens.REFETCH_PAUSE
    for n in range(50):
        world.ask(world.token(OTHER_KEY, kid=f"k{n}"))
    assert world.issuer.asked == 2


def test_callers_a_new_key_counts_after_the_pause_and_a_withdrawn_one_ends(world: World) -> None:
    assert world.ask(world.token())["kind"] == "member"
    world.issuer.keys = [public(OTHER_KEY, "r2")]
    world.wall.instant += tokens.REFETCH_PAUSE
    assert world.ask(world.token(OTHER_KEY, kid="r2"))["kind"] == "member"
    assert world.ask(world.token()) == ANONYMOUS


def test_callers_keys_are_read_again_when_they_are_old(world: World) -> None:
    assert world.ask(world.token())["kind"] == "member"
    world.issuer.keys = [public(OTHER_KEY, "r2")]
    world.wall.instant += tokens.KEYS_VALID_FOR - 1
    assert world.ask(world.token())["kind"] == "member"
    world.wall.instant += 1
    assert world.ask(world.token()) == ANONYMOUS


def test_callers_an_issuer_that_was_never_reached_is_no_crash_it_rings_and_every_route_says_503(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """operating.md: the authorizer raised, for a stranger's token as well, and every such call was a 500."""
    world.issuer.down = True
    for _ in range(5):
        assert world.ask(world.token()) == UNKNOWN
    assert world.issuer.asked == 1, "nor is it hammered"
    assert [record.alarm for record in caplog.records if hasattr(record, "alarm")] == ["issuer_unreachable"] * 5
    for route_key in ("GET /v1/accounts/{account_id}", "GET /v1/policies/{policy_id}", "POST /v1/accounts"):
        event = an_event(route_key, world.ask(world.token()), {"account_id": "a", "policy_id": "p"}, {}, {}, None)
        answer = import_module("functions.account.app").handler(event, None)
        assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (503, "unavailable")
        assert answer["headers"]["retry-after"] == str(KEPT_SECONDS)
    key = "lbk_backend_0123456789abcdef"
    wiring.service_keys().put(hash_of(key), "backend", frozenset[Scope]({"read"}), world.clock.now())
    assert world.ask(key)["kind"] == "service", "who needs no issuer does not wait for it"
    world.issuer.down = False
    world.wall.instant += tokens.FAILURE_PAUSE
    assert world.ask(world.token())["kind"] == "member"
    world.issuer.down = True
    world.wall.instant += tokens.KEYS_VALID_FOR
    assert world.ask(world.token())["kind"] == "member", "good keys stay good"


@pytest.mark.parametrize("missing", ["TOKEN_ISSUER", "TOKEN_KEYS_URL"])
@pytest.mark.usefixtures("environment")
def test_callers_without_an_issuer_member_tokens_are_anonymous_and_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setenv(missing, "")
    clear_wiring()
    monkeypatch.setattr(tokens, "urlopen", None)
    event = a_token_event(f"Bearer {World().token()}")
    assert app.handler(event, None) == {"isAuthorized": True, "context": ANONYMOUS}


@pytest.mark.parametrize(
    "broken", ["", "no address", "https://", "http://127.0.0.1:1/keys", "file:///nowhere", "http://[x"]
)
def test_callers_keys_at_an_address_that_gives_none_are_unavailable_and_never_a_crash(broken: str) -> None:
    with pytest.raises(Unavailable):
        tokens.fetch(broken)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer x", "Bearer a.b.c", "Bearer ..", "Bearer lbk_", "Bearer é.b.c",
     "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer W10.e30.AA", "Bearer " + "x" * 9_000, "lbk_without_scheme", "\ud800 x"],
)  # fmt: skip
def test_callers_what_is_no_token_is_anonymous_and_never_an_error(world: World, authorization: str) -> None:
    event = a_token_event("") | {"identitySource": [authorization]}
    assert app.handler(event, None) == {"isAuthorized": True, "context": ANONYMOUS}
    assert world.issuer.asked == 0, "nobody is asked for what cannot be a token"


def test_callers_a_service_key_has_its_scopes_until_it_is_revoked(world: World) -> None:
    key, scopes = "lbk_backend_0123456789abcdef", frozenset[Scope]({"read", "credits:consume"})
    wiring.service_keys().put(hash_of(key), "backend", scopes, world.clock.now())
    assert world.ask(key) == {"kind": "service", "actor": "backend", "scopes": "credits:consume read"}
    for other in (key + "0", key[:-1], key.upper(), "lbk_backend_", "lbk_" + "x" * 600, key + "é"):
        assert world.ask(other) == ANONYMOUS
    wiring.service_keys().revoke(hash_of(key), world.clock.now())
    assert world.ask(key) == ANONYMOUS


def test_callers_a_service_key_is_stored_as_a_hash_only(world: World) -> None:
    key = "lbk_backend_0123456789abcdef"
    wiring.service_keys().put(hash_of(key), "backend", frozenset(SCOPES), world.clock.now())
    table = wiring.table()
    kept = json.dumps(table.client.scan(TableName=table.name)["Items"])
    assert hash_of(key) in kept
    assert key not in kept
    assert "0123456789abcdef" not in kept.replace(hash_of(key), "")
