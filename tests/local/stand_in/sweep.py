"""Every parameter that the SDK knows, of every operation, sent to the stand-in one at a time.

`python -m tests.local.stand_in.sweep` writes the list of those that the stand-in reads.
"""

from __future__ import annotations

import importlib
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import stripe
import typing_extensions
from stripe._stripe_object import UntypedStripeObject

from local.stripe_stand_in import StandIn
from local.stripe_stand_in.api import Call, _perform
from local.stripe_stand_in.checks import _fields
from local.stripe_stand_in.client import InProcessClient
from local.stripe_stand_in.errors import StripeError
from local.stripe_stand_in.operations import OPERATIONS, Operation
from tests.local.stand_in.shop import SECRET, TestClock, order, plan, subscriber

LIST = Path(__file__).resolve().parents[3] / "local" / "stripe_stand_in" / "parameters.txt"
UNSUPPORTED = "stand_in_unsupported"
# What cannot be given beside a parameter.
_INSTEAD = {
    "product_data": ("product",),
    "unit_amount_decimal": ("unit_amount", "amount"),
    "price": ("price_data",),
    "price_data": ("amount", "price"),
    "pricing": ("amount",),
    "customer_email": ("customer",),
    "customer_creation": ("customer",),
    "payment_intent": ("charge",),
    "duration": ("end_date",),
}
# Objects whose first value is one that is refused.
_WITHIN = {"billing_mode": {"type": "flexible"}, "duration": {"interval": "month"}}
_NEED_OPEN_INVOICE = ("invoices.void_invoice", "invoices.mark_uncollectible")
_LITERALS = (typing.Literal, typing_extensions.Literal)


@dataclass(frozen=True)
class Sent:
    """One parameter sent: its path as Stripe writes it, the refusal or None."""

    path: str
    refusal: StripeError | None

    @property
    def is_masked(self) -> bool:
        """Whether the call was refused for something else, so that nobody knows."""
        if self.refusal is None or self.refusal.fields.get("code") == UNSUPPORTED:
            return False
        names = {step.rstrip("]") for step in self.path.split("[")}
        told = str(self.refusal.fields.get("param", "")).split("[")
        return not names & {step.rstrip("]") for step in told if not step[:1].isdigit()} - {"price_data"}

    @property
    def is_read(self) -> bool:
        """Whether the stand-in does something with it, be it a refusal of the value."""
        return self.refusal is None or self.refusal.fields.get("code") != UNSUPPORTED


class _Undo(Exception):
    """Roll back what the call did."""


class Sweep:
    """A stand-in with one object of each kind, to which requests are sent and undone."""

    def __init__(self, directory: Path) -> None:
        self.clock = TestClock()
        self.stand_in = StandIn(directory, self.clock, None, SECRET, "http://stripe.test")
        self.client = stripe.StripeClient("sk_test_x", http_client=InProcessClient(self.stand_in))
        self.ids = self._objects()
        self.samples: dict[str, Any] = {
            "cancel_at": "min_period_end", "duration": "once", "end_behavior": "release", "coupon": self.ids["coupons"],
            "currency": "usd", "price": self.ids["prices"], "product": self.ids["products"], "unit_amount_decimal": "900",
            "default_payment_method": self.ids["payment_methods"], "payment_method": self.ids["payment_methods"],
        }  # fmt: skip

    def _objects(self) -> dict[str, str]:
        v1 = self.client.v1
        customer, method = subscriber(self.client)
        price = plan(self.client)
        items: Any = [{"price": price.id}]
        subscription = v1.subscriptions.create({"customer": customer.id, "items": items})
        managed = v1.subscriptions.create({"customer": customer.id, "items": items})
        schedule = v1.subscription_schedules.create({"from_subscription": managed.id})
        self.phase = schedule.phases[0]
        session = v1.checkout.sessions.create(order())
        item = v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "usd"})
        draft = v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
        v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "usd"})
        opened = v1.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include"})
        v1.invoices.finalize_invoice(opened.id)
        paid = v1.payment_intents.create(
            {"amount": 700, "currency": "usd", "customer": customer.id, "payment_method": method.id, "confirm": True}
        )
        other = v1.payment_intents.create(
            {"amount": 700, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        )
        waiting = v1.payment_intents.create({"amount": 700, "currency": "usd"})
        clock = v1.test_helpers.test_clocks.create({"frozen_time": self.clock.at // 1000})
        setup = v1.setup_intents.create({"customer": customer.id})
        rate = v1.tax_rates.create({"display_name": "VAT", "percentage": Decimal(19), "inclusive": False})
        coupon = v1.coupons.create({"amount_off": 500, "currency": "usd"})
        with self.stand_in.world() as world:
            from local.stripe_stand_in.resources.disputes import open_dispute
            from local.stripe_stand_in.resources.refunds import charge_of, refund_charge

            charge = charge_of(world, paid.id)
            refund = refund_charge(world, charge, 100)
            dispute = open_dispute(world, charge_of(world, other.id))
        return {
            "test_helpers.test_clocks": clock.id, "customers": customer.id, "open_invoice": opened.id, "payment_methods": method.id, "prices": price.id, "subscriptions": subscription.id, "subscription_items": subscription["items"].data[0].id,
            "subscription_schedules": schedule.id, "checkout.sessions": session.id, "invoice_items": item.id, "invoices": draft.id, "payment_intents": waiting.id,
            "setup_intents": setup.id, "tax_rates": rate.id, "charges": charge["id"], "balance_transactions": charge["balance_transaction"], "refunds": refund["id"], "disputes": dispute["id"],
            "events": v1.events.list({"limit": 1}).data[0].id, "products": price.product, "coupons": coupon.id, "invoice_payments": v1.invoice_payments.list({}).data[0].id,
        }  # fmt: skip

    def close(self) -> None:
        self.stand_in.close()

    def send(self, operation: Operation, raw: dict[str, Any]) -> StripeError | None:
        """One call, undone; the answer is the refusal, if it was refused."""
        found: list[StripeError] = []
        call = Call(operation, self._ids(operation), raw, "req_sweep", None, None)
        try:
            with self.stand_in.store.transaction():
                try:
                    _perform(self.stand_in.make_world("req_sweep", None), call)
                except StripeError as refusal:
                    found.append(refusal)
                raise _Undo
        except _Undo:
            return found[0] if found else None

    def _ids(self, operation: Operation) -> list[str]:
        steps = operation.path.split("/")
        names = operation.name.split(".")
        kinds = [".".join(names[: end + 1]) for end in range(len(names))]
        owners = [self.ids[kind] for kind in kinds if kind in self.ids]
        if operation.name == "customers.payment_methods.retrieve":
            owners = [self.ids["customers"], self.ids["payment_methods"]]
        if operation.name.startswith("customers.balance_transactions"):
            owners = [self.ids["customers"]]
        if operation.name in _NEED_OPEN_INVOICE:
            owners = [self.ids["open_invoice"]]
        return owners[: steps.count("*")]

    def _around(self, operation: Operation, first: str) -> dict[str, Any] | None:
        """What a parameter needs around it that other parameters of the operation do not stand."""
        ids = self.ids
        page: dict[str, Any] = {"success_url": "https://shop.example", "customer": ids["customers"]}
        if operation.name == "checkout.sessions.create" and first.startswith(
            ("subscription_data", "payment_method_coll")
        ):
            return {**page, "mode": "subscription", "line_items": {"0": {"price": ids["prices"], "quantity": "1"}}}
        if operation.name == "invoice_items.create" and first == "price_data":
            price = {"currency": "usd", "product": ids["products"], "unit_amount": "900"}
            return {"customer": ids["customers"], "price_data": price}
        if operation.name == "subscriptions.update" and first == "items":
            return {"proration_behavior": "none", "items": {"0": {"id": ids["subscription_items"]}}}
        if operation.name.startswith("subscriptions.") and first == "add_invoice_items":
            price = {"currency": "usd", "product": ids["products"], "unit_amount": "-900"}
            whole = {"customer": ids["customers"], "items": {"0": {"price": ids["prices"]}}}
            base = whole if operation.name == "subscriptions.create" else {"proration_behavior": "none"}
            return {**base, "add_invoice_items": {"0": {"price_data": price}}}
        if operation.name == "subscription_schedules.update" and first == "phases":
            phase = {
                "items": {"0": {"price": ids["prices"], "quantity": "1"}},
                "start_date": str(self.phase.start_date),
                "end_date": str(self.phase.end_date),
                "proration_behavior": "none",
            }
            return {"proration_behavior": "none", "phases": {"0": phase}}
        if operation.name == "checkout.sessions.create" and first == "discounts":
            line = {"price": ids["prices"], "quantity": "1"}
            return {**page, "mode": "subscription", "line_items": {"0": line}}
        if operation.name == "checkout.sessions.create" and first.startswith("setup_intent_data"):
            return {**page, "mode": "setup"}
        return None

    def base(self, operation: Operation, first: str = "") -> dict[str, Any]:
        """A request of that operation that the stand-in takes and to which that parameter can be added."""
        ids = self.ids
        around = self._around(operation, first)
        if around is not None:
            return around
        page = {"success_url": "https://shop.example", "customer": ids["customers"]}
        line = {"quantity": "1", "price_data": {"currency": "usd", "product": ids["products"], "unit_amount": "900"}}
        bases: dict[str, dict[str, Any]] = {
            "payment_intents.create": {"amount": "700", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"},
            "checkout.sessions.create": {**page, "mode": "payment", "line_items": {"0": line}},
            "payment_intents.confirm": {"payment_method": "pm_card_visa"},
            "payment_methods.attach": {"customer": ids["customers"]},
            "payment_methods.list": {"customer": ids["customers"]},
            "setup_intents.create": {"customer": ids["customers"], "payment_method": "pm_card_visa"},
            "refunds.create": {"charge": ids["charges"]},
            "invoices.create": {"customer": ids["customers"]},
            "invoice_items.create": {"customer": ids["customers"], "amount": "700"},
            "subscriptions.create": {"customer": ids["customers"], "items": {"0": {"price": ids["prices"]}}},
            "subscriptions.update": {"proration_behavior": "none"},
            "subscription_schedules.create": {"from_subscription": ids["subscriptions"]},
            "subscription_schedules.update": {"proration_behavior": "none"},
            "customers.balance_transactions.create": {"amount": "-500", "currency": "usd"},
            "test_helpers.test_clocks.create": {"frozen_time": "1700000000"},
            "test_helpers.test_clocks.advance": {"frozen_time": "1700003600"},
            "products.create": {"name": "x"},
            "coupons.create": {"amount_off": "500", "currency": "usd"},
            "prices.create": {"currency": "usd", "unit_amount": "900", "product": ids["products"]},
            "tax_rates.create": {"display_name": "VAT", "percentage": "19", "inclusive": "false"},
            "billing_portal.sessions.create": {"customer": ids["customers"]},
        }  # fmt: skip
        return bases.get(operation.name, {})

    def _kind(self, operation: Operation) -> Any:
        module, _, name = operation.params.rpartition(".")
        return getattr(importlib.import_module(f"stripe.params.{module}"), name)

    def sent(self, operation: Operation) -> Iterator[Sent]:
        """Each parameter of the operation, added to its base."""
        kind = self._kind(operation)
        for steps in _paths(kind):
            path = steps[0] + "".join(f"[{step}]" for step in steps[1:])
            yield Sent(path, self.send(operation, self._request(kind, steps, self.base(operation, steps[0]))))

    def with_unknown(self, operation: Operation) -> Iterator[tuple[str, StripeError | None]]:
        """The operation's base with a parameter that does not exist, at the top and within every object; its path, the refusal."""
        kind = self._kind(operation)
        for steps in {(*path[:-1], "unknown") for path in _paths(kind) if path[-1] != "0"} | {("unknown",)}:
            request = self.base(operation, steps[0])
            below = request
            for step in steps[:-1]:
                below[step] = dict(below[step]) if isinstance(below.get(step), dict) else {}
                below = below[step]
            below["unknown"] = "x"
            yield steps[0] + "".join(f"[{step}]" for step in steps[1:]), self.send(operation, request)

    def read_by(self, operation: Operation) -> list[str]:
        """The parameters that it reads, a list's members as `[]`."""
        return sorted(each.path.replace("[0]", "[]") for each in self.sent(operation) if each.is_read)

    def _request(self, hint: Any, steps: list[str], base: Any = None) -> Any:
        """`base` with a fitting value at the end of that way, and with what that makes required."""
        chosen = _chosen(hint)
        if not steps or not (typing_extensions.is_typeddict(chosen) or typing.get_origin(chosen) is list):
            return self._least(chosen) if base is None else base
        made: dict[str, Any] = dict(base or {})
        if typing.get_origin(chosen) is list:
            return {**made, "0": self._request(typing.get_args(chosen)[0], steps[1:], made.get("0"))}
        fields = _fields(chosen)
        for other in _INSTEAD.get(steps[0], ()):
            made.pop(other, None)
        sample = self.samples.get(steps[0]) if len(steps) == 1 else _WITHIN.get(steps[0])
        made[steps[0]] = self._request(fields[steps[0]][0], steps[1:], made.get(steps[0], sample))
        return {**{name: self._least(below, name) for name, (below, required) in fields.items() if required}, **made}

    def _least(self, hint: Any, name: str = "") -> Any:
        """The smallest value of a type."""
        if name in self.samples:
            return self.samples[name]
        chosen = _chosen(hint)
        if typing_extensions.is_typeddict(chosen):
            return {each: self._least(below, each) for each, (below, required) in _fields(chosen).items() if required}
        if typing.get_origin(chosen) is list:
            return {"0": self._least(typing.get_args(chosen)[0])}
        if typing.get_origin(chosen) in _LITERALS:
            return next(str(value) for value in typing.get_args(chosen) if value != "")
        if typing.get_origin(chosen) in (dict, UntypedStripeObject):
            return {"k": "v"}
        return {int: "1", Decimal: "1", float: "1", bool: "true"}.get(chosen, "x")


def _paths(hint: Any) -> Iterator[list[str]]:
    """The way to every leaf below a type."""
    chosen = _chosen(hint)
    if typing_extensions.is_typeddict(chosen):
        for name, (below, _) in _fields(chosen).items():
            yield from ([name, *steps] for steps in _paths(below))
    elif typing.get_origin(chosen) is list:
        yield from (["0", *steps] for steps in _paths(typing.get_args(chosen)[0]))
    else:
        yield []


def _chosen(hint: Any) -> Any:
    """The option of a union that says most: an object, a list, an enum, a plain value."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint
    options = typing.get_args(hint)
    objects = [each for each in options if typing_extensions.is_typeddict(each) or typing.get_origin(each) is list]
    enums = [each for each in options if typing.get_origin(each) in _LITERALS and set(typing.get_args(each)) != {""}]
    plain = [each for each in options if each is not str and typing.get_origin(each) not in _LITERALS]
    return [*objects, *enums, *plain, str][0]


def listed(sweep: Sweep) -> str:
    """The list of what is read, an operation a paragraph."""
    return "".join(f"{each.name}\n  {' '.join(sweep.read_by(each)) or '-'}\n" for each in OPERATIONS)


if __name__ == "__main__":
    with TemporaryDirectory() as directory:
        sweep = Sweep(Path(directory))
        sys.stdout.write(listed(sweep))
        sweep.close()
