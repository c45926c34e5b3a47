"""Signatures as Standard Webhooks has them: the specification's vector, and secrets that overlap."""

from __future__ import annotations

import base64

from lotbook.domain.endpoints import signing
from lotbook.domain.endpoints.signing import Secret

# Of the specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vector_of_the_specification_is_signed_as_it_is_there() -> None:
    assert signing.headers(ID, AT, BODY, [Secret(SECRET)]) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_each_valid_secret_signs_and_the_newest_comes_first() -> None:
    other = signing.new_secret(b"\x01" * signing.SECRET_BYTES)
    signed = signing.headers(ID, AT, BODY, [Secret(other), Secret(SECRET, AT + 1)])["webhook-signature"].split(" ")
    assert signed[1] == SIGNATURE
    assert len(set(signed)) == 2


def test_a_secret_signs_until_its_end_and_not_at_it() -> None:
    newest, before = Secret(SECRET), Secret("whsec_AAAA", 10)
    assert signing.valid([newest, before], 9) == (newest, before)
    assert signing.valid([newest, before], 10) == (newest,)


def test_a_new_secret_is_as_long_as_the_specification_wants_it() -> None:
    text = signing.new_secret(bytes(range(signing.SECRET_BYTES)))
    assert text.startswith("whsec_")
    assert 24 <= len(base64.b64decode(text.removeprefix("whsec_"), validate=True)) <= 64


def test_a_secret_that_is_printed_says_nothing() -> None:
    assert "MfKQ" not in f"{Secret(SECRET)!r} {Secret(SECRET)}"
