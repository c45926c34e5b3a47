"""A parameter that no handler reads is refused by name, in every operation; what is read stands in a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from local.stripe_stand_in.operations import BY_NAME, OPERATIONS, Operation
from local.stripe_stand_in.params import Params
from tests.local.stand_in.shop import order, plan
from tests.local.stand_in.sweep import LIST, UNSUPPORTED, Sweep

_NEVER = ("payment_methods.create",)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    opened = Sweep(tmp_path_factory.mktemp("sweep"))
    yield opened
    opened.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_v17_each_parameter_that_the_sdk_knows_is_read_or_refused_by_its_name(
    sweep: Sweep, operation: Operation
) -> None:
    """Judge: the SDK's parameter types, down to the leaves. The list says which are read; every other one is refused."""
    names = LIST.read_text().splitlines()
    read = set(names[names.index(operation.name) + 1].split()) - {"-"}
    base = sweep.send(operation, sweep.base(operation))
    assert base is None or operation.name in _NEVER
    for sent in sweep.sent(operation):
        assert not sent.is_masked, f"{sent.path}: refused for something else: {sent.refusal and sent.refusal.fields}"
        assert sent.is_read == (sent.path.replace("[0]", "[]") in read), sent.path
        if not sent.is_read and operation.name not in _NEVER:
            assert sent.refusal
            assert sent.refusal.status == 400
            assert str(sent.refusal.fields["param"]).split("[")[0] == sent.path.split("[")[0]


def test_the_list_of_what_is_read_names_every_operation_once() -> None:
    assert LIST.read_text().splitlines()[::2] == [operation.name for operation in OPERATIONS]
    assert len(BY_NAME) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_what_the_sdk_does_not_know_is_unknown_here_at_every_depth(sweep: Sweep, operation: Operation) -> None:
    """Judge: the SDK's parameter types. So every request that is taken uses parameters that they know."""
    answers = dict(sweep.with_unknown(operation))
    assert "unknown" in answers
    codes = {refusal.fields["code"] if refusal else None for refusal in answers.values()}
    assert codes - {"parameter_missing"} == {"parameter_unknown"}, "none is taken"


IGNORED: list[tuple[str, dict[str, Any], str]] = [
    ("subscriptions.create", {"billing_cycle_anchor": 1_800_000_000}, "billing_cycle_anchor"),
    ("subscriptions.create", {"trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}}}, "trial_settings"),
    ("subscriptions.update", {"proration_date": 1_800_000_000}, "proration_date"),
    ("subscriptions.update", {"trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}}}, "trial_settings"),
    ("subscriptions.update", {"pending_invoice_item_interval": {"interval": "day"}}, "pending_invoice_item_interval"),
    ("payment_intents.create", {"hooks": {"inputs": {"tax": {"calculation": "taxcalc_1"}}}}, "hooks"),
    ("checkout.sessions.create", {"subscription_data": {"trial_period_days": 7}}, "subscription_data[trial_period_days]"),
    ("checkout.sessions.create", {"subscription_data": {"billing_cycle_anchor": 1_800_000_000}}, "subscription_data[billing_cycle_anchor]"),
    (
        "checkout.sessions.create",
        {"subscription_data": {"billing_cycle_anchor_config": {"day_of_month": 1}}},
        "subscription_data[billing_cycle_anchor_config]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "path"), IGNORED, ids=lambda value: str(value)[:60])
def test_v17_what_was_once_ignored_is_refused_by_the_real_client_too(
    sweep: Sweep, operation: str, params: dict[str, Any], path: str
) -> None:
    v1 = sweep.client.v1
    items: Any = [{"price": plan(sweep.client).id, "quantity": 1}]
    calls: dict[str, Any] = {
        "subscriptions.create": lambda: v1.subscriptions.create(
            {"customer": sweep.ids["customers"], "items": items, **params}
        ),
        "subscriptions.update": lambda: v1.subscriptions.update(sweep.ids["subscriptions"], params),
        "payment_intents.create": lambda: v1.payment_intents.create({"amount": 700, "currency": "usd", **params}),
        "checkout.sessions.create": lambda: v1.checkout.sessions.create(
            order(mode="subscription", line_items=items, **params)
        ),
    }
    with pytest.raises(stripe.InvalidRequestError) as refused:
        calls[operation]()
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, UNSUPPORTED, path)
    assert f"`{path}` in {operation}" in str(refused.value)


def test_reading_an_object_is_not_reading_what_is_in_it() -> None:
    params = Params({"a": Params({"b": 1, "c": 2}), "d": [Params({"e": 1})], "f": 1})
    assert list(params.unread()) == ["a", "d", "f"]
    assert params["a"]["b"] == params.get("f") == 1
    assert len(params["d"]) == 1
    assert "c" in params["a"]
    assert list(params.unread()) == ["a[c]", "d[0][e]"]


def test_parameters_cannot_be_taken_as_a_whole() -> None:
    """What unpacks, iterates or copies would claim to read what it does not know."""
    params: Any = Params({"a": 1})
    for take in (dict, list, lambda each: {**each}):
        with pytest.raises(TypeError):
            take(params)
