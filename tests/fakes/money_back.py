"""Money that goes back in the gateway in memory: refunds, disputes, and the events that tell of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from lotbook.domain.money_back.followed import DisputeFacts, MoneyBackFacts, RefundFacts
from lotbook.domain.sales.gateway import CheckoutFacts, EventHint, PaymentFacts, Tag
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.reversals import OwnRefund
from lotbook.domain.values.errors import NotRefundable

FREEZING = ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review")


@dataclass
class FakeMoneyBack:
    """Half of `FakeGateway`: refunds as Stripe makes them, one a key; disputes; a list of events that nobody acknowledged."""

    refunds: dict[str, list[RefundFacts]] = field(default_factory=dict)
    disputes: dict[str, list[DisputeFacts]] = field(default_factory=dict)
    refund_keys: dict[tuple[str, int], RefundFacts | None] = field(default_factory=dict)
    unheard: list[EventHint] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def owner(self, payment_intent: str) -> Tag | None:
        self._fail("owner", "before")
        session = self._paid(payment_intent)
        if session is not None and session.mode != "subscription":
            return session.tag
        if (bill := self.auto_payment(payment_intent)) is not None:  # type: ignore[attr-defined]
            return bill.tag
        # A payment of a subscription's invoice carries no mark.
        return Tag() if self._payment_of_plan(payment_intent) else None

    def money_back(self, payment_intent: str) -> MoneyBackFacts:
        self._fail("money_back", "before")
        payment = self._payment(payment_intent)
        return MoneyBackFacts(
            payment_intent,
            payment.currency,
            payment.received_minor,
            tuple(self.refunds.get(payment_intent, ())),
            tuple(self.disputes.get(payment_intent, ())),
        )

    def refund(self, purchase: Purchase, own: OwnRefund) -> RefundFacts:
        self._fail("refund", "before")
        payment = purchase.gateway_refs.payment_intent
        assert payment is not None
        key = purchase.purchase_id, own.number
        if key not in self.refund_keys:
            disputed = any(each.state in FREEZING for each in self.disputes.get(payment, ()))
            fits = own.amount_minor <= self._left(payment)
            made = None
            if fits and not disputed:
                made = self.send_back(payment, own.amount_minor, number=own.number)
            self.refund_keys[key] = made
        self._fail("refund", "after")
        made = self.refund_keys[key]
        if made is None:
            raise NotRefundable(reason="gateway")
        return made

    def undelivered(self, kinds: tuple[str, ...], since: int) -> tuple[EventHint, ...]:
        self._fail("undelivered", "before")
        return tuple(hint for hint in self.unheard if hint.kind in kinds)

    # --- the world ---------------------------------------------------------------------------------------------------

    def send_back(self, payment: str, amount_minor: int | None = None, number: int | None = None) -> RefundFacts:
        """A refund; all that is left without an amount. From the dashboard without a number."""
        amount = self._left(payment) if amount_minor is None else amount_minor
        assert 0 < amount <= self._left(payment)
        made = RefundFacts(f"re_{next(self._numbers)}", amount, "succeeded", number)
        self.refunds.setdefault(payment, []).append(made)
        return made

    def change_refund(self, payment: str, index: int, state: str) -> None:
        """A refund comes into another state."""
        self.refunds[payment][index] = replace(self.refunds[payment][index], state=state)

    def dispute(self, payment: str, state: str = "needs_response", **changes: Any) -> DisputeFacts:
        """A bank disputes what was not refunded."""
        number = next(self._numbers)
        fields = {
            "dispute": f"du_{number}",
            "amount_minor": self._left(payment),
            "currency": self._payment(payment).currency,
            "state": state,
            "opened_at": number,
        }
        made = DisputeFacts(**(fields | changes))
        self.disputes.setdefault(payment, []).append(made)
        return made

    def change_dispute(self, payment: str, state: str, index: int = 0, **changes: Any) -> None:
        """A dispute comes into another state."""
        self.disputes[payment][index] = replace(self.disputes[payment][index], state=state, **changes)

    def _left(self, payment: str) -> int:
        gone = sum(each.amount_minor for each in self.refunds.get(payment, ()) if each.counts)
        return self._payment(payment).received_minor - gone

    def _payment(self, payment: str) -> PaymentFacts:
        session = self._paid(payment)
        bill = self.auto_payment(payment)  # type: ignore[attr-defined]
        if bill is not None:
            return bill.payment_facts()
        found = session.payment if session else self._payment_of_plan(payment)
        assert found is not None
        return found

    def _paid(self, payment: str) -> CheckoutFacts | None:
        found: dict[str, CheckoutFacts] = self.sessions  # type: ignore[attr-defined]
        for session in found.values():
            if session.payment is not None and session.payment.payment_intent == payment:
                return session
        return None

    def _payment_of_plan(self, payment_intent: str) -> PaymentFacts | None:
        raise NotImplementedError

    def _fail(self, operation: str, moment: str) -> None:
        raise NotImplementedError
