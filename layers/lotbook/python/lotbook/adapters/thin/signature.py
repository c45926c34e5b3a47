"""AWS's Signature Version 4 of a request to `/` without a query, whose headers are all signed.

Names of headers are lower case and sorted, values have no blanks at their ends: the client writes them so.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM = "AWS4-HMAC-SHA256"
DAY = len("20150830")  # of a stamp such as 20150830T123600Z
MAX_KEYS_KEPT = 4  # a day, a region and a service have one; credentials change every few hours


class Keys(NamedTuple):
    """Credentials. They have no `repr` that shows them."""

    access: str
    secret: str
    token: str | None = None

    def __repr__(self) -> str:
        return f"Keys({self.access[:4]}...)"


class Scope(NamedTuple):
    """What a signature is good for."""

    region: str
    service: str


def signing_key(secret: str, day: str, scope: Scope) -> bytes:
    """The key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in (day, scope.region, scope.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=MAX_KEYS_KEPT)
def _signer(secret: str, day: str, scope: Scope) -> hmac.HMAC:
    """That key, worked into a hash that has read nothing yet: a copy of it signs."""
    return hmac.new(signing_key(secret, day, scope), digestmod="sha256")


def authorization(keys: Keys, scope: Scope, headers: Mapping[str, str], body: bytes, *, method: str = "POST") -> str:
    """The header `Authorization` over these headers, of which `x-amz-date` is one."""
    stamp = headers["x-amz-date"]
    signed = ";".join(headers)
    lines = "".join([f"{name}:{value}\n" for name, value in headers.items()])
    canonical = f"{method}\n/\n\n{lines}\n{signed}\n{sha256(body).hexdigest()}"
    where = f"{stamp[:DAY]}/{scope.region}/{scope.service}/aws4_request"
    proof = _signer(keys.secret, stamp[:DAY], scope).copy()
    proof.update(f"{ALGORITHM}\n{stamp}\n{where}\n{sha256(canonical.encode()).hexdigest()}".encode())
    return f"{ALGORITHM} Credential={keys.access}/{where}, SignedHeaders={signed}, Signature={proof.hexdigest()}"
