"""What a refusal of a body says: which field, what is asked for, and an example of it (N12, N17, N20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from lotbook.api import openapi
from lotbook.api.document import components
from lotbook.api.requests import forms, schemas
from lotbook.domain.values.errors import InvalidRequest

ACCOUNT = {"account_id": "acme", "policy_id": "p", "region": "US", "email": "ann@example.com"}
GRANT = {"credits": 1, "kind": "promotional", "reason": "welcome"}
ADDRESS = {"line1": "Main Street 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
BILLING = {"name": "Acme", "email": "ann@example.com", "address": ADDRESS}
ORDER = {"item": {"kind": "top_up", "credits": 1}}
GOOD: dict[str, dict[str, Any]] = {
    "AccountBody": ACCOUNT,
    "CloseBody": {"reason": "the customer has left"},
    "AccountPatchBody": {"email": "ann@example.com", "notifications": {"locale": "de-AT", "off": ["credits_low"]}},
    "GrantBody": GRANT,
    "VoidBody": {"credits": 3, "reason": "sent twice"},
    "ConsumeBody": {"credits": 1},
    "HoldBody": {"credits": 1},
    "CheckBody": {"credits": 1},
    "CaptureBody": {"credits": 1},
    "ConsumeBatchBody": {"items": [{"idempotency_key": "k", "credits": 1}]},
    "QuoteBody": ORDER,
    "PurchaseBody": ORDER,
    "PlanBody": {"plan_id": "pro"},
    "BillingBody": BILLING,
    "SetupBody": {},
    "DefaultCardBody": {"payment_method": "pm_1"},
    "AutoTopUpBody": {"enabled": True, "payment_method": "pm_1", "limit_minor": None},
    "PortalSessionBody": {"role": "owner"},
    "EndpointBody": {"url": "https://hooks.example.com/", "types": ["credits.low"], "email": "ann@example.com"},
    "EndpointPatchBody": {"state": "disabled"},
    "RotateBody": {"overlap_seconds": 0},
}


def refused(model: str, document: dict[str, Any]) -> dict[str, str]:
    """The one thing that is wrong."""
    with pytest.raises(InvalidRequest) as refusal:
        schemas.read(schemas.models()[model], document)
    (error,) = refusal.value.data["errors"]
    return error


def test_every_body_has_a_good_document_here() -> None:
    assert set(GOOD) == set(schemas.models())
    for name, document in GOOD.items():
        assert schemas.read(schemas.models()[name], document)


def test_np_48_a_shipping_address_that_is_the_billing_address_is_no_other_one() -> None:
    """Else the same details, told in two ways, would be two editions, and the gateway would be asked to change nothing."""
    without, same, other = (
        schemas.read(schemas.BillingBody, {**BILLING, **shipping}).to_details()
        for shipping in ({}, {"shipping": ADDRESS}, {"shipping": {**ADDRESS, "city": "Bonn"}})
    )
    assert (same, other.shipping is None) == (without, False)


def patterns(schema: object) -> Iterator[str]:
    """Every pattern that a schema names."""
    if isinstance(schema, dict):
        yield from (value for name, value in schema.items() if name == "pattern" and isinstance(value, str))
        for value in schema.values():
            yield from patterns(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns(value)


def test_n17_every_pattern_has_its_sentence_with_an_example() -> None:
    used = set(patterns(components.bodies()))
    assert used == set(forms.TOLD)
    for pattern, told in forms.TOLD.items():
        assert "such as" in told or pattern == forms.REMARK, pattern


@pytest.mark.parametrize(
    ("model", "changes", "message"),
    [
        ("AccountBody", {"region": "us"}, "two capital letters, such as US"),
        ("AccountBody", {"region": "UK"}, "two capital letters, such as US (the United Kingdom is GB"),
        ("AccountBody", {"email": "a@b"}, "an e-mail address, such as ann@example.com"),
        ("AccountBody", {"account_id": "user@example.com"}, "1 to 64 letters, digits, _ and -"),
        ("AccountBody", {"time_zone": "Berlin!"}, "such as Europe/Berlin"),
        ("GrantBody", {"expires_at": "2027-12-31"}, "an instant in UTC such as 2026-01-31T00:00:00Z"),
        ("GrantBody", {"expires_at": "2027-03-01T00:00:00+02:00"}, "an instant in UTC such as 2026-01-31T00:00:00Z"),
        ("GrantBody", {"expires_at": "2027-02-30T00:00:00Z"}, "an instant in UTC such as 2026-01-31T00:00:00Z"),
        ("GrantBody", {"unit": "Credits"}, "the name of a unit, such as credits"),
        ("GrantBody", {"reason": " "}, "something to read"),
        ("ConsumeBody", {"reference": "a\tb"}, "one line such as order-1042, without control characters"),
        ("ConsumeBody", {"reference": "a\u202eb"}, "marks that turn the order of signs around"),
        ("PurchaseBody", {"success_url": "example.com"}, "https://example.com/page"),
        ("BillingBody", {"phone": "call me"}, "such as +49 30 1234567"),
        ("BillingBody", {"name": "a\nb"}, "one line with something to read, such as Main Street 1"),
    ],
)
def test_n17_a_refusal_names_the_form_that_is_asked_for(model: str, changes: dict[str, Any], message: str) -> None:
    error = refused(model, GOOD[model] | changes)
    assert error["field"] in changes
    assert error["message"].startswith("must be ")
    assert message in error["message"]


WRONG: list[Any] = [7, -1, 10**20, True, "", " \x00", "x" * 9_000, [], ["x"], {}, {"x": 1}, None]


@pytest.mark.parametrize("model", GOOD)
def test_n17_no_refusal_of_any_field_leaves_open_what_would_be_right(model: str) -> None:
    said = set()
    for name in schemas.models()[model].model_fields:
        for value in WRONG:
            try:
                schemas.read(schemas.models()[model], GOOD[model] | {name: value})
            except InvalidRequest as refusal:
                said |= {error["message"] for error in refusal.data["errors"]}
    assert said
    assert not {message for message in said if re.search("is not valid|form that is asked", message)}


@pytest.mark.parametrize(
    "consent",
    [
        {"refund_policy_version": "2026-01"},
        {"kind": "refund_policy", "version": "2026-01"},
        {"version": "2026-01"},
        {"kind": "refund_policy", "version": "2026-01", "url": "https://example.com/refunds"},
    ],
)
def test_n12_consent_is_taken_back_under_the_name_it_was_handed_out_with(consent: dict[str, str]) -> None:
    body = schemas.read(schemas.PurchaseBody, {**ORDER, "consent": consent})
    assert body.consent is not None
    assert body.consent.accepted == "2026-01"


@pytest.mark.parametrize(
    ("consent", "field"),
    [
        ({}, "consent"),
        ({"kind": "refund_policy"}, "consent"),
        ({"version": "1", "refund_policy_version": "1"}, "consent"),
        ({"kind": "terms", "version": "1"}, "consent.kind"),
        ({"version": ""}, "consent.version"),
        ({"version": "1", "policy": "x"}, "consent.policy"),
    ],
)
def test_n12_consent_without_a_version_or_about_another_thing_is_refused(consent: dict[str, str], field: str) -> None:
    assert refused("PurchaseBody", {**ORDER, "consent": consent})["field"] == field


def test_n12_what_offers_hand_out_has_the_fields_that_a_purchase_takes() -> None:
    handed_out = openapi.document()["components"]["schemas"]["ConsentAsked"]["properties"]
    assert set(handed_out) <= set(
        schemas.models()["PurchaseBody"].model_fields["consent"].annotation.__args__[0].model_fields
    )


def texts_of(document: object, key: str = "") -> Iterator[str]:
    """Every description, summary and title of the document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in {"description", "summary"} and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value, name)
    elif isinstance(document, list):
        for value in document:
            yield from texts_of(value, key)


def test_n20_the_public_document_is_written_for_callers() -> None:
    ours = re.compile(r"\.py\b|pydantic|use case|adapter|decisions/|shapes|dataclass|docstring|\bNone\b")
    assert not [text for text in texts_of(openapi.document()) if ours.search(text)]
