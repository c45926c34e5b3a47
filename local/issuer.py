"""The local run's OIDC issuer: one RSA key in the data directory, member tokens, and the JWKS that the authorizer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.cloud.private_file import Damaged, write_private
from lotbook.domain.values.ids import fingerprint
from lotbook.domain.values.instants import SECOND, from_text

ISSUER = "https://issuer.lotbook.invalid/"  # the same on every port, so that tokens outlive a restart elsewhere
AUDIENCE = "lotbook"
ISSUED_AT = from_text("2025-01-01T00:00:00Z") // SECOND
EXPIRES_AT = from_text("2100-01-01T00:00:00Z") // SECOND
KEY_BITS = 2048


class Issuer:
    """Signs tokens with the key in `path`, which is made when it is not there. Raises Damaged."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            write_private(path, _new_key())
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (ValueError, TypeError) as unreadable:
            raise Damaged.at(path) from unreadable
        if not isinstance(key, rsa.RSAPrivateKey):
            raise Damaged.at(path)
        self._key = key
        self._public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        self._key_id = fingerprint(self._public["n"])

    def token(self, account_id: str, role: str) -> str:
        """A member token, the same on every call, valid to the year 2100."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"{role}@{account_id}",
            "account_id": account_id,
            "role": role,
            "iat": ISSUED_AT,
            "exp": EXPIRES_AT,
        }
        return str(jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id}))

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        public = {"kty": "RSA", "n": self._public["n"], "e": self._public["e"]}
        return {"keys": [public | {"kid": self._key_id, "alg": "RS256", "use": "sig"}]}

    def configuration(self, keys_url: str) -> dict[str, Any]:
        """The OpenID configuration document, as far as it means anything without a sign-in page."""
        return {
            "issuer": ISSUER,
            "jwks_uri": keys_url,
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "response_types_supported": ["id_token"],
        }


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
