"""Our own verification of Stripe's signature: known answers by others, and everything that strangers can send."""

from __future__ import annotations

import hmac
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.adapters.stripe.signature import TOLERANCE, verify
from lotbook.domain.values.errors import BadSignature
from tests import signature_vector

CORPUS = Path(__file__).resolve().parents[2] / "../shared/stripe_corpus"
NOW = 1_700_000_000_000
SECRET = "whsec_ours"
BODY = b'{"id": "evt_1"}'

# Where it lies beside the repository: stripe-dotnet's own known answer (EventUtilityTest.cs).
STRIPES_HEADER = (
    "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,"
    "v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
)
KNOWN_AT = signature_vector.SIGNED_AT


def sign(body: bytes = BODY, secret: str = SECRET, at: int = NOW, scheme: str = "v1") -> str:
    """A header as Stripe makes it."""
    seconds = str(at // 1_000)
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, sha256).hexdigest()
    return f"t={seconds},{scheme}={digest}"


@pytest.fixture(scope="module", params=["openssl", "stripe-dotnet"])
def known(request: pytest.FixtureRequest) -> tuple[bytes, str]:
    """A body, and the header that another implementation made of it."""
    if request.param == "openssl":
        return signature_vector.BODY, signature_vector.HEADER
    path = CORPUS / "stripe-dotnet__event_test_signature.json"
    if not path.exists():
        pytest.skip("the corpus of foreign payloads is not beside this repository")
    return path.read_bytes(), STRIPES_HEADER


def test_the_known_answer_of_another_implementation_verifies(known: tuple[bytes, str]) -> None:
    body, header = known
    verify(body, header, [signature_vector.SECRET], KNOWN_AT)
    verify(body, header, [signature_vector.SECRET], KNOWN_AT + TOLERANCE)


def test_the_known_answer_fails_when_late_or_with_any_byte_more(known: tuple[bytes, str]) -> None:
    whole, header = known
    for body, now in ((whole, KNOWN_AT + 400_000), (whole + b" ", KNOWN_AT), (whole[:-1], KNOWN_AT)):
        with pytest.raises(BadSignature):
            verify(body, header, [signature_vector.SECRET], now)


def test_any_of_several_secrets_and_any_of_several_signatures_will_do() -> None:
    """A secret is being rolled: Stripe signs with both, we hold both."""
    old, new = sign(secret="whsec_old"), sign()
    both = f"{old},{new.split(',')[1]}"
    verify(BODY, both, [SECRET], NOW)
    verify(BODY, both, ["whsec_old"], NOW)
    verify(BODY, new, ["whsec_old", SECRET], NOW)
    with pytest.raises(BadSignature):
        verify(BODY, both, ["whsec_third"], NOW)


def test_v0_is_no_signature() -> None:
    """No downgrade: the test scheme verifies nothing, whatever it holds."""
    with pytest.raises(BadSignature):
        verify(BODY, sign(scheme="v0"), [SECRET], NOW)


@pytest.mark.parametrize("seconds", [-300, 300, 0])
def test_the_tolerance_is_300_seconds_both_ways(seconds: int) -> None:
    verify(BODY, sign(at=NOW + seconds * 1_000), [SECRET], NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 365 * 86_400, -365 * 86_400])
def test_trap_8_old_calls_and_calls_from_the_future_are_refused(seconds: int) -> None:
    """stripe.md trap 8: the library lets a time a year ahead pass."""
    with pytest.raises(BadSignature):
        verify(BODY, sign(at=NOW + seconds * 1_000), [SECRET], NOW)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t=",
        "v1=abc",
        "t=1700000000",
        "t=1700000000,v1=",
        "t=x,v1=abc",
        "t=-1700000000,v1=abc",
        "t=1700000000.0,v1=abc",
        "t=1_700_000_000,v1=abc",
        "t=" + "9" * 5_000 + ",v1=abc",
        "t=١٧٠٠٠٠٠٠٠٠,v1=abc",
        "t=1700000000,v1=zoë",
        "t=1700000000,v1=\x00",
        "t=1700000000,t=1700000000,v1=abc",
        "=,=,=",
        "," * 4_000,
        "t=1700000000,v1=" + "a" * 10_000,
    ],
)
def test_trap_7_headers_that_are_none_end_as_bad_signature(header: str | None) -> None:
    """stripe.md trap 7: the library raises TypeError for a header that is not ASCII."""
    with pytest.raises(BadSignature):
        verify(BODY, header, [SECRET], NOW)


def test_trap_7_a_body_that_is_not_utf_8_is_bytes_like_any_other() -> None:
    """stripe.md trap 7: the library raises UnicodeDecodeError."""
    body = b"\xff\xfe\x00"
    verify(body, sign(body), [SECRET], NOW)
    with pytest.raises(BadSignature):
        verify(body, sign(), [SECRET], NOW)


def test_an_empty_secret_never_signs() -> None:
    with pytest.raises(BadSignature):
        verify(BODY, sign(secret=""), ["", ""], NOW)
    with pytest.raises(BadSignature):
        verify(BODY, sign(), [], NOW)


@given(body=st.binary(max_size=64), header=st.one_of(st.none(), st.text(max_size=64)))
def test_whatever_comes_it_is_verified_or_a_bad_signature(body: bytes, header: str | None) -> None:
    with pytest.raises(BadSignature):
        verify(body, header, [SECRET], NOW)


@given(body=st.binary(max_size=64), flip=st.integers(0, 10_000))
def test_one_bit_of_body_or_signature_decides(body: bytes, flip: int) -> None:
    header = sign(body)
    verify(body, header, [SECRET], NOW)
    at = header.index("v1=") + 3 + flip % 64
    bent = header[:at] + ("0" if header[at] != "0" else "1") + header[at + 1 :]
    with pytest.raises(BadSignature):
        verify(body, bent, [SECRET], NOW)
    if body:
        changed = bytearray(body)
        changed[flip % len(body)] ^= 1
        with pytest.raises(BadSignature):
            verify(bytes(changed), header, [SECRET], NOW)


@pytest.mark.process
def test_verification_needs_no_stripe_library() -> None:
    """A forged call costs no third of a second of import."""
    import subprocess
    import sys

    code = "import sys, lotbook.adapters.stripe.events, lotbook.usecases.inbox.handle_event; sys.exit('stripe' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "layers/lotbook/python"}).returncode == 0
