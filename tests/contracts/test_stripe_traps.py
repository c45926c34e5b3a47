"""What would go wrong if Stripe were written from memory: every documented trap by its number, as fact and as our answer.

Each test first shows that the trap is there in the installed library (so an upgrade that changes it is noticed), then that
this code does not step into it. Where the answer is shown elsewhere at length, the table says where.

| trap | what memory says | here | elsewhere |
|---|---|---|---|
| 1 | `payment_method_types` | trap_01 | test_stripe_requests, stand-in: test_refusals |
| 2 | `billing_cycle_anchor="now"` | trap_02 | |
| 3 | `ui_mode="hosted"` | trap_03 | test_stripe_requests |
| 4 | objects are dicts | trap_04 | test_stripe_gateway |
| 5 | the library retries | trap_05 | test_stripe_gateway |
| 6 | it gives up in time | trap_06 | test_stripe_gateway |
| 7 | bad input is a signature error | trap_07 | test_stripe_signature, functions/webhook/test_fuzz_webhook |
| 8 | the tolerance works both ways | trap_08 | test_stripe_signature |
| 9 | `error.decline_code` | trap_09 | test_stripe_gateway |
| 10 | decimals are sent as written | trap_10 | test_stripe_requests |
| 11 | fields of before 2025-03 | trap_11 | |
| 12 | omitted means off | trap_12 | test_stripe_requests |
| 13 | events have the library's version | trap_13 | functions/webhook/test_fuzz_webhook, test_corpus |
| 14 | a dispute is won or lost | trap_14 | domain/money_back/test_money_back |
| 15 | try the card again | trap_15 | usecases/sales/test_settle_purchase |
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import params as stripe_params
from stripe._encode import _api_encode
from stripe.params.checkout import SessionCreateParams

from lotbook.adapters.stripe import plan_requests, requests
from lotbook.adapters.stripe.client import API_VERSION, NETWORK_RETRIES, TIMEOUT_SECONDS
from lotbook.adapters.stripe.facts import checkout_facts, invoice_facts
from lotbook.adapters.stripe.signature import verify
from lotbook.domain.money_back.followed import DisputeFacts
from lotbook.domain.values.errors import BadSignature, CardDeclined, Unavailable
from tests.contracts.test_stripe_gateway import drafted, gateway, sample
from tests.fakes.purchases import TEST, a_purchase
from tests.stripe_params import check_params

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = sorted((ROOT / "layers/lotbook/python/lotbook/adapters/stripe").glob("*.py"))
LAYER = sorted((ROOT / "layers/lotbook/python/lotbook").rglob("*.py"))
CHECKOUT = {**requests.checkout(a_purchase(save_payment_method=True), TEST), "customer": "cus_1"}
NOW = 1_768_000_000


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)


def words(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Every string and attribute name of the code, comments and docstrings apart."""
    for path in paths:
        tree = ast.parse(path.read_text())
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield path, node.value
            elif isinstance(node, ast.Attribute):
                yield path, node.attr


def test_trap_01_payment_method_types_is_gone_and_cards_are_asked_for_by_the_filter() -> None:
    """MK-14."""
    assert "payment_method_types" not in SessionCreateParams.__annotations__
    assert "payment_method_types" not in stripe_params.PaymentIntentCreateParams.__annotations__
    assert "payment_method_types" not in stripe_params.SetupIntentCreateParams.__annotations__
    assert CHECKOUT["allowed_payment_method_types"] == ["card"]
    assert check_params(CHECKOUT, SessionCreateParams) == []
    assert check_params({**CHECKOUT, "payment_method_types": ["card"]}, SessionCreateParams) != []


def test_trap_02_the_billing_anchor_is_an_object() -> None:
    """Of a subscription. A schedule's phase has words of its own for it (`phase_start`)."""
    kind = stripe_params.SubscriptionUpdateParams
    assert check_params({"billing_cycle_anchor": {"type": "now"}}, kind) == []
    assert check_params({"billing_cycle_anchor": "now"}, kind) != []
    for path in ADAPTER:
        assert not re.search(r"""billing_cycle_anchor["']?\s*[:=]\s*["'](now|unchanged)""", path.read_text()), path


def test_trap_03_the_hosted_page_has_its_new_name() -> None:
    assert check_params({**CHECKOUT, "ui_mode": "hosted"}, SessionCreateParams) != []
    assert CHECKOUT["ui_mode"] == "hosted_page"


def test_trap_04_stripes_objects_are_no_dicts_and_become_dicts_once() -> None:
    """bytedeck #2301: every live webhook failed while all tests with dict doubles were green."""
    thing: Any = stripe.StripeObject.construct_from({"id": "x", "type": "a"}, "key")
    for use in (lambda: thing.get("type"), lambda: dict(thing), lambda: thing.absent, lambda: list(thing)):
        with pytest.raises((AttributeError, TypeError, KeyError)):
            use()
    assert thing.to_dict() == {"id": "x", "type": "a"}
    stage, _ = gateway((200, sample("checkout_session.paid")))
    assert stage.checkout("cs_test_1") == checkout_facts(sample("checkout_session.paid"))


def test_trap_05_retries_are_asked_for_and_a_429_is_not_among_them() -> None:
    """D4: the same key each time; a limit is for our caller's next try."""
    assert NETWORK_RETRIES == 2
    limited = (429, sample("error.rate_limit"))
    stage, wire = gateway(*[limited] * 5)
    with pytest.raises(Unavailable):
        stage.checkout("cs_test_1")
    assert len(wire.sent) == 1
    stage, wire = gateway((500, sample("error.server")), (200, sample("checkout_session.paid")))
    stage.checkout("cs_test_1")
    assert len(wire.sent) == 2


def test_trap_06_the_librarys_own_time_out_outlives_every_function_and_ours_does_not() -> None:
    assert stripe.RequestsClient()._timeout == 80
    assert sum(TIMEOUT_SECONDS) * (1 + NETWORK_RETRIES) < 25


@pytest.mark.parametrize(
    ("body", "header", "error"),
    [
        (b"{}", "t=1,v1=\u00e9", TypeError),
        (b"\xff\xfe", "t=1,v1=a", UnicodeDecodeError),
    ],
)
def test_trap_07_the_library_raises_other_errors_for_bad_input_and_we_raise_one(
    body: bytes, header: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        stripe.Webhook.construct_event(body, header, "whsec_x", tolerance=None)  # type: ignore[arg-type]
    with pytest.raises(BadSignature):
        verify(body, header, ["whsec_x"], NOW * 1_000)


def test_trap_08_the_library_lets_the_future_pass_and_can_be_switched_off() -> None:
    maker: Any = stripe.WebhookSignature
    ahead = maker.generate_signature_header("{}", "whsec_x", NOW + 365 * 86_400)
    assert maker.verify_header("{}", ahead, "whsec_x", 300)
    long_ago = maker.generate_signature_header("{}", "whsec_x", 1)
    assert maker.verify_header("{}", long_ago, "whsec_x", 0)
    for header in (ahead, long_ago):
        with pytest.raises(BadSignature):
            verify(b"{}", header, ["whsec_x"], NOW * 1_000)
    verify(b"{}", maker.generate_signature_header("{}", "whsec_x", NOW), ["whsec_x"], NOW * 1_000)


def test_trap_09_a_decline_says_its_code_and_the_issuers_reason_stays_there() -> None:
    error: Any = stripe.CardError("Declined", None, "card_declined")
    assert not hasattr(error, "decline_code")
    body = sample("error.card_declined")
    body["error"]["decline_code"] = "stolen_card"
    stage, _ = gateway((402, body))
    with pytest.raises(CardDeclined) as declined:
        stage.open_checkout(drafted(stage), "cus_1")
    assert declined.value.data == {"reason": "card_declined"}
    assert "stolen" not in str(declined.value)


def test_trap_10_small_decimals_are_sent_as_powers_of_ten_so_none_is_sent() -> None:
    """D33: unit amounts are whole minor units of whole lines."""
    encode: Any = _api_encode
    assert dict(encode({"unit_amount_decimal": Decimal("1E-7")}))["unit_amount_decimal"] in ("1E-7", Decimal("1E-7"))

    def numbers(node: Any) -> Iterator[Any]:
        for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from numbers(each)
        if not isinstance(node, dict | list | str | bool):
            yield node

    assert {type(number) for number in numbers(CHECKOUT)} == {int}
    assert "unit_amount_decimal" not in json.dumps(CHECKOUT)


GONE = {
    stripe.Subscription: ("current_period_end", "current_period_start"),
    stripe.Invoice: ("subscription", "payment_intent", "charge", "paid"),
    stripe.Charge: ("invoice",),
}


def test_trap_11_fields_that_are_gone_are_read_nowhere() -> None:
    """Mirascope #723: `getattr(subscription, "current_period_end", None)` is None, and nobody hears of it."""
    for kind, names in GONE.items():
        assert not set(names) & set(kind.__annotations__), kind
    for path in LAYER:
        text = path.read_text()
        of_items = re.findall(r"""item\["current_period_(?:end|start)"\]""", text)
        assert len(of_items) == text.count("current_period_"), f"{path}: a period is its item's"
    invoice = sample("invoice.paid")
    assert not {"subscription", "payment_intent", "charge"} & set(invoice)
    assert invoice_facts(invoice).number == "LB-0001"
    for path in ADAPTER:
        read = re.findall(r"""invoice(?:\.get\(|\[)["'](\w+)["']""", path.read_text())
        assert not set(read) & {"subscription", "payment_intent", "charge"}, path


def test_trap_12_nothing_about_an_amount_is_left_to_the_dashboards_defaults() -> None:
    """NP-17, NP-19."""
    assert (CHECKOUT["adaptive_pricing"], CHECKOUT["automatic_tax"]) == ({"enabled": False}, {"enabled": False})
    assert CHECKOUT["allow_promotion_codes"] is False


def test_trap_13_our_version_is_pinned_and_is_the_one_that_the_library_types() -> None:
    from stripe._api_version import _ApiVersion

    assert API_VERSION == _ApiVersion.CURRENT
    stage, wire = gateway((200, sample("checkout_session.paid")))
    stage.checkout("cs_test_1")
    assert wire.sent[0][2]["Stripe-Version"] == API_VERSION


def test_trap_14_every_state_that_a_dispute_can_have_means_something_and_an_unknown_one_freezes() -> None:
    """D12: `appeal_...` and `prevented` came in 2026; whatever comes next can be undone."""
    listed = set(re.findall(r"'(\w+)'", str(stripe.Dispute.__annotations__["status"])))
    assert {"appeal_needs_response", "appeal_under_review", "prevented", "won", "lost"} <= listed
    standings = {state: DisputeFacts("du_1", 1, "usd", state, 0).standing for state in listed}
    assert {state for state, standing in standings.items() if standing == "open"} == {
        "needs_response",
        "under_review",
        "appeal_needs_response",
        "appeal_under_review",
    }
    assert DisputeFacts("du_1", 1, "usd", "some_new_state", 0).standing == "open"


def test_trap_15_a_decline_is_one_call_and_no_charge_is_tried_again_by_us() -> None:
    """NP-27, D30."""
    stage, wire = gateway(*[(402, sample("error.card_declined"))] * 5)
    with pytest.raises(CardDeclined):
        stage.open_checkout(drafted(stage), "cus_1")
    assert len(wire.sent) == 1


MAKES = {"create", "update", "expire", "confirm", "capture", "cancel", "pay", "finalize_invoice", "void_invoice"}


def calls_that_make_something() -> Iterator[tuple[str, ast.Call]]:
    """Calls such as `client.v1.checkout.sessions.create(...)`."""
    for path in ADAPTER:
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called.startswith("client.v1.") and called.rpartition(".")[2] in MAKES:
                assert isinstance(node, ast.Call)
                yield f"{path.name}:{node.lineno}", node


def test_d_04_whatever_makes_something_at_stripe_is_called_with_a_key_of_ours() -> None:
    """D4: the library would make up a random one, which protects only its own retries.

    What only sets a field makes nothing and says the same however often it is sent (a default card, a subscription's card, its
    note, its end, what follows by its one schedule); a key of ours would have the second A of A, B, A answered and not done.
    """
    found = list(calls_that_make_something())
    assert len(found) >= 4
    keyless = [place for place, call in found if "options" not in [ast.unparse(each) for each in call.args]]
    where = Counter(place.partition(":")[0] for place in keyless)
    assert where == {"cards.py": 1, "plan_changes.py": 2, "plans.py": 3, "schedules.py": 2}, keyless


PARTS = {"metadata", "one_off", "page_of_order"}  # of other builders' requests
NAMES = {
    "plan_of",
    "move_of",
    "price_key",
    "product_id",
    "coupon_id",
    "rate_key",
    "discount_name",
    "once_lines",
    "line_name",
    "recurring",
}


@pytest.mark.parametrize(
    ("module", "judge"),
    [(requests, "test_stripe_requests.py"), (plan_requests, "test_stripe_plan_requests.py")],
)
def test_every_builder_of_requests_is_checked_against_the_librarys_types(module: Any, judge: str) -> None:
    """The judges' own tables; here it is seen that none is forgotten."""
    tree = ast.parse(Path(module.__file__).read_text())
    builders = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
    judged = (Path(__file__).parent / judge).read_text()
    judged = judged[: judged.index("def test_every_request_fits_the_librarys_own_parameter_types")]
    missing = {name for name in builders - PARTS - NAMES if f"requests.{name}(" not in judged}
    assert not missing
