"""Our signature is AWS's: of its published examples, and the one that botocore makes of the same request."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lotbook.adapters.thin import client
from lotbook.adapters.thin.signature import Keys, Scope, authorization, signing_key

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
EXAMPLE, SUITE = Keys("AKIDEXAMPLE", SECRET), Scope("us-east-1", "service")
STAMP = "20150830T123600Z"
HOST = {"host": "example.amazonaws.com"}
DATED = {"x-amz-date": STAMP}
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI"
    "/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT"
    "38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("name", "method", "headers", "body", "signature"),
    [
        ("get-vanilla", "GET", HOST | DATED, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("post-vanilla", "POST", HOST | DATED, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            *("post-header-value-case", "POST", HOST | {"my-header1": "VALUE1"} | DATED, b""),
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
        ),
        (
            *("post-sts-header-before", "POST", HOST | DATED | {"x-amz-security-token": TOKEN}, b""),
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
        ),
        (
            *("post-x-www-form-urlencoded", "POST", FORM | HOST | DATED, b"Param1=value1"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
)
def test_the_examples_of_awss_own_suite(
    name: str, method: str, headers: dict[str, str], body: bytes, signature: str
) -> None:
    made = authorization(EXAMPLE, SUITE, headers, body, method=method)
    signed = ";".join(headers)
    where = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    assert made == f"AWS4-HMAC-SHA256 Credential={where}, SignedHeaders={signed}, Signature={signature}", name


def test_the_published_signing_key() -> None:
    """IAM's documentation derives it step by step."""
    expected = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    assert signing_key(SECRET, "20150830", Scope("us-east-1", "iam")).hex() == expected


def _botocores(keys: Keys, region: str, headers: dict[str, str], body: bytes, at: datetime) -> str:
    request: Any = AWSRequest("POST", f"https://{headers['host']}/", data=body)
    for name, value in headers.items():
        request.headers[name] = value
    signer: Any = auth.SigV4Auth(Credentials(*keys), "dynamodb", region)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    signer._inject_signature_to_request(
        request, signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    )
    return str(request.headers["Authorization"])


def test_botocore_signs_the_same_requests_in_the_same_way() -> None:
    """Keys with and without a token, days of every month, regions, hosts with a port, bodies of any bytes, repeated by the seed."""
    rng = random.Random(14)
    for number in range(200):
        at = datetime(
            rng.randrange(2024, 2040), 1 + number % 12, rng.randrange(1, 29), rng.randrange(24), 7, 8, tzinfo=UTC
        )
        token = rng.choice([None, TOKEN, "t/+="])
        keys = Keys(f"AKIA{number}", rng.randbytes(20).hex(), token)
        region = rng.choice(["us-east-1", "eu-central-1", "ap-southeast-3"])
        stamp = client.stamp(int(at.timestamp()) * 1_000 + rng.randrange(1_000))
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "host": rng.choice([f"dynamodb.{region}.amazonaws.com", "127.0.0.1:4566"]),
            "x-amz-date": stamp,
            **({"x-amz-security-token": token} if token else {}),
            "x-amz-target": f"DynamoDB_20120810.{rng.choice(['UpdateItem', 'Query'])}",
        }
        body = rng.randbytes(rng.randrange(300))
        assert stamp == at.strftime("%Y%m%dT%H%M%SZ")
        assert authorization(keys, Scope(region, "dynamodb"), headers, body) == _botocores(
            keys, region, headers, body, at
        )


def test_keys_do_not_show_their_secret() -> None:
    """Or a traceback with locals, or a log line, would."""
    shown = repr(Keys("AKIAIOSFODNN7EXAMPLE", "the-secret", "the-token"))
    assert "the-secret" not in shown
    assert "the-token" not in shown
