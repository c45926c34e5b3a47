"""Idempotency keys as they go to Stripe: each names the deployment, and all are made in one place (S5)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import get_args

from lotbook.adapters.stripe import keys
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.sales.cards import CardSetup
from lotbook.domain.sales.gateway import Deployment
from lotbook.domain.sales.reversals import OwnRefund
from tests.contracts.test_stripe_gateway import drafted, gateway, sample
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.purchases import TEST


def test_s5_every_key_that_goes_to_the_gateway_names_the_deployment() -> None:
    """S5: two deployments share a gateway account. The second one's account of the same name could buy nothing for a day."""
    made = (200, {"id": "cus_2", "object": "customer"})
    opened = (200, sample("checkout_session.open"))
    sent: dict[str, list[str]] = {}
    for deployment in (TEST, Deployment("staging", live=False), Deployment("test", live=False, app="lotbook-eu")):
        stage, wire = gateway(made, made, opened, opened, opened, made, opened, deployment=deployment)
        order = drafted(stage)
        stage.open_customer(an_account())
        stage.describe_customer(an_account(), "cus_2", BillingRecord("acme", details(), details(), 1, 1, "ann"))
        stage.open_checkout(order, "cus_2")
        stage.expire_checkout(order, "cs_1")
        stage.open_setup(
            CardSetup("acme", "set_1", "usd", "https://a.example", "https://b.example", 1_000_000), "cus_2"
        )
        stage.detach("pm_1")
        with suppress(KeyError):  # the answer is another object's; what went out counts
            stage.refund(order, OwnRefund(1, "k", 1, "ann", "reserved", 5, 100))
        sent[f"{deployment.app}:{deployment.stage}"] = [headers["Idempotency-Key"] for _, _, headers, _ in wire.sent]
    assert [key.split(":")[2] for key in sent["lotbook:test"]] == list(get_args(keys.ShopPurpose))
    assert all(key.startswith(f"{name}:") for name, found in sent.items() for key in found)
    keys_of_all = [key for found in sent.values() for key in found]
    assert len(set(keys_of_all)) == len(keys_of_all)
    assert max(map(len, keys_of_all)) <= 255


def test_s5_nothing_but_the_one_place_makes_a_key_for_the_gateway() -> None:
    """S5: the next request that makes something gets its key from there, too."""
    folder = Path(keys.__file__).parent
    assert [each.name for each in folder.glob("*.py") if '"idempotency_key"' in each.read_text()] == ["keys.py"]


def test_s5_an_account_that_was_opened_anew_with_another_address_is_another_customer() -> None:
    """S5: after `make clean-data` with a key of one's own."""
    stage, wire = gateway(*[(200, {"id": "cus_2", "object": "customer"})] * 3)
    for email in ("a@acme.example", "b@acme.example", "a@acme.example"):
        stage.open_customer(an_account(email=email))
    first, second, third = (headers["Idempotency-Key"] for _, _, headers, _ in wire.sent)
    assert first == third != second
