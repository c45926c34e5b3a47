"""The local issuer's tokens and keys, and the run's secrets."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest

from local.issuer import AUDIENCE, ISSUER, Issuer
from local.run_secrets import RunSecrets
from lotbook.domain.values.access import SCOPES, Scope
from lotbook.usecases.accounts.authenticate import hash_of


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer") / "issuer.pem"


def test_a_token_verifies_against_the_jwks(path: Path) -> None:
    issuer = Issuer(path)
    token = issuer.token("9pic", "billing")
    keys = jwt.PyJWKSet.from_dict(issuer.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer=ISSUER, audience=AUDIENCE)
    assert (claims["account_id"], claims["role"], claims["sub"]) == ("9pic", "billing", "billing@9pic")
    assert claims["exp"] == 4_102_444_800  # 2100-01-01


def test_the_jwks_holds_nothing_private(path: Path) -> None:
    (key,) = Issuer(path).jwks()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}


def test_a_restart_gives_the_same_tokens(path: Path) -> None:
    assert Issuer(path).token("make", "owner") == Issuer(path).token("make", "owner")
    assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_are_kept_and_completed(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = RunSecrets.of(path)
    assert RunSecrets.of(path) == first
    assert set(first.service_keys) == {"all", *SCOPES}
    assert path.stat().st_mode & 0o777 == 0o600


class Store:
    """Remembers what is put."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, frozenset[Scope]]] = {}

    def put(self, key_hash: str, key_id: str, scopes: frozenset[Scope], created_at: int) -> None:
        self.keys[key_hash] = (key_id, scopes)

    def find(self, key_hash: str) -> tuple[str, frozenset[Scope]] | None:
        return self.keys.get(key_hash)

    def revoke(self, key_hash: str, at: int) -> None:
        raise NotImplementedError


def test_demo_keys_are_stored_hashed_with_their_one_scope(tmp_path: Path) -> None:
    secrets, store = RunSecrets.of(tmp_path / "secrets.json"), Store()
    secrets.register(store, at=0)
    assert store.find(hash_of(secrets.service_keys["all"])) == ("demo-all", frozenset(SCOPES))
    for scope in SCOPES:
        found = store.find(hash_of(secrets.service_keys[scope]))
        assert found is not None
        assert found[1] == {scope}
    assert not any(key in str(store.keys) for key in secrets.service_keys.values())
