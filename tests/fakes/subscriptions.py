"""Subscriptions and their invoices in memory, as the gateway keeps them: on a clock that only tests move.

Whatever is due by itself happens at its own instant, however far the clock jumped: renewals, the draft's hour, attempts to
collect, changes that waited too long, ends. Cards do what `does` says of them; those that it leaves out pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from threading import RLock
from typing import Any

from lotbook.domain.sales.cards import CardFile
from lotbook.domain.sales.gateway import EventHint
from lotbook.domain.sales.subscription_facts import InvoiceLine
from lotbook.domain.values.instants import DAY, HOUR, cut_to_second
from lotbook.domain.values.money import STRIPE_LIMITS, tax_minor
from tests.fakes.subscription_records import ASKS, ENDED, INCOMPLETE, Bill, Price, Sub, Waiting

REVIEWS = "reviews"  # the payment is under way until `Subscriptions.decide`
HARD = frozenset(["lost_card", "stolen_card", "pickup_card", "incorrect_number", "transaction_not_allowed", ASKS])
BEHIND = ("past_due", "unpaid")
MAX_AT_ONCE = 5_000


class Subscriptions:
    """All subscriptions of the gateway. `retry_days`, `after_retries`, `draft` and `parks` are its dashboard's settings."""

    def __init__(self, clock: Any, files: dict[str, CardFile]) -> None:
        self._clock, self._files = clock, files
        self._at: int | None = None
        self._numbers = count(1)
        self.lock = RLock()
        self.prices: dict[str, Price] = {}
        self.rates: dict[str, Decimal] = {}
        self.subs: dict[str, Sub] = {}
        self.bills: dict[str, Bill] = {}
        self.balances: dict[str, int] = {}
        self.does: dict[str, str] = {}
        self.events: list[EventHint] = []
        self.retry_days: tuple[int, ...] = (3, 5, 7)
        self.after_retries = "cancel"
        self.draft = HOUR
        self.parks = True  # a renewal that the bank wants authenticated keeps its card (D1)

    @property
    def now(self) -> int:
        """The instant of what happens, in whole seconds."""
        return cut_to_second(self._clock.now() if self._at is None else self._at)

    def name(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def run_due(self) -> None:
        """Everything that is due, one thing after the other."""
        until = self._clock.now()
        for _ in range(MAX_AT_ONCE):
            found = min(self._dues(), default=None, key=lambda each: each[0])
            if found is None or found[0] > until:
                return
            self._at = found[0]
            try:
                self._happen(found[1])
            finally:
                self._at = None
        raise AssertionError("the gateway's clock does not come to rest")

    def _dues(self) -> Iterator[tuple[int, Sub | Bill]]:
        for sub in self.subs.values():
            if (at := sub.due_at()) is not None:
                yield at, sub
        for bill in self.bills.values():
            if bill.auto and bill.next_at is not None and bill.state in ("draft", "open"):
                yield bill.next_at, bill

    def _happen(self, thing: Sub | Bill) -> None:
        if isinstance(thing, Bill):
            if thing.state == "draft":
                self.finalize(thing)
            if thing.state == "open":
                self._collect(thing)
        elif thing.status == "incomplete":
            self._expire_first(thing)
        elif thing.waiting and self.now >= thing.waiting.expires_at:
            self.tell("customer.subscription.pending_update_expired", thing)
            self.void(self.bills[thing.waiting.invoice])
        elif thing.cancel_at is not None and self.now >= thing.cancel_at:
            self.end(thing)
        else:
            self._renew(thing)

    # --- subscriptions -----------------------------------------------------------------------------------------------

    def subscribe(self, sub: Sub, more: tuple[InvoiceLine, ...] = ()) -> Bill:
        """A new one with its open invoice; it counts once that is paid."""
        self.subs[sub.name] = sub
        self.tell("customer.subscription.created", sub)
        return self.finalize(self.bill(sub, "subscription_create", (self.line(sub), *more)))

    def restart(self, sub: Sub, price: Price, more: tuple[InvoiceLine, ...]) -> Bill:
        """Another price and a new anchor now, billed at once. The caller collects it."""
        sub.price, sub.anchor, sub.cycles, sub.waiting = price, self.now, 1, None
        if sub.moves_end:
            sub.cancel_at, sub.moves_end = None, False
        bill = self.finalize(self.bill(sub, "subscription_update", (self.line(sub), *more)))
        self.tell("customer.subscription.updated", sub)
        return bill

    def restart_if_paid(self, sub: Sub, price: Price, more: tuple[InvoiceLine, ...]) -> Bill:
        """The same, but nothing of it is true before the invoice is paid."""
        after = replace(sub, price=price, anchor=self.now, cycles=1)
        bill = self.bill(sub, "subscription_update", (self.line(after), *more))
        sub.waiting = Waiting(bill.name, price, self.now, min(sub.period[1], self.now + INCOMPLETE))
        return self.finalize(bill)

    def line(self, sub: Sub) -> InvoiceLine:
        return InvoiceLine(sub.price.name, sub.price.amount_minor, False, sub.period)

    def end(self, sub: Sub, status: str = "canceled") -> None:
        """Over. Its unpaid invoices are no longer collected; they can still be paid by hand."""
        sub.status, sub.ended_at, sub.waiting, sub.follows = status, self.now, None, None
        for bill in self._of(sub):
            bill.auto = False
        self.tell(f"customer.subscription.{'deleted' if status == 'canceled' else 'updated'}", sub)

    def _expire_first(self, sub: Sub) -> None:
        self.end(sub, "incomplete_expired")
        for bill in self._of(sub):
            if bill.state == "open":
                self.void(bill)

    def _renew(self, sub: Sub) -> None:
        """The next period has begun, before any money: its invoice is a draft."""
        sub.cycles += 1
        if sub.follows is not None:
            sub.price, sub.anchor, sub.cycles, sub.follows = sub.follows, self.now, 1, None
        bill = self.bill(sub, "subscription_cycle", (self.line(sub),))
        bill.auto, bill.next_at = sub.status != "unpaid", self.now + self.draft
        self.tell("customer.subscription.updated", sub)

    def _of(self, sub: Sub) -> list[Bill]:
        """Its invoices, newest first."""
        return [bill for bill in reversed(self.bills.values()) if bill.sub is sub]

    # --- invoices ----------------------------------------------------------------------------------------------------

    def bill(self, sub: Sub, reason: str, lines: tuple[InvoiceLine, ...]) -> Bill:
        """A draft. Exclusive tax is rounded line by line."""
        rate = self.rates.get(sub.rate or "")
        taxes = (self.tax_of(line.amount_minor, rate, sub.price.currency) for line in lines) if rate else ()
        bill = Bill(self.name("in"), sub, reason, lines, sum(taxes), self.now, sub.tag, sub.change)
        self.bills[bill.name], sub.latest = bill, bill.name
        self.tell("invoice.created", bill)
        return bill

    @staticmethod
    def tax_of(amount: int, rate: Decimal, currency: str) -> int:
        tax = tax_minor(abs(amount), rate, currency)
        return tax if amount >= 0 else -tax

    def finalize(self, bill: Bill) -> Bill:
        """Open; what is below the least charge goes to the customer's balance, and it is paid."""
        customer, currency = bill.sub.customer, bill.sub.price.currency
        start = self.balances.get(customer, 0)
        owed = bill.total + start
        rest = owed if owed < STRIPE_LIMITS.least(currency) else 0
        self.balances[customer], bill.balance, bill.due = rest, start - rest, owed - rest
        bill.state = "open"
        self.tell("invoice.finalized", bill)
        if bill.due == 0:
            self._paid(bill)
        else:
            bill.payment = self.name("pi")
        return bill

    def void(self, bill: Bill) -> None:
        """Void: nobody can pay it any more, and a change that waited for it will not come."""
        bill.state, bill.auto = "void", False
        if bill.payment_state != "succeeded":
            bill.payment_state = "canceled"
        self.balances[bill.sub.customer] = self.balances.get(bill.sub.customer, 0) + bill.balance
        self.tell("invoice.voided", bill)
        self._closed(bill)

    def give_up(self, bill: Bill) -> None:
        """Uncollectible: no longer tried, but still payable."""
        bill.state, bill.auto = "uncollectible", False
        self.tell("invoice.marked_uncollectible", bill)
        self._closed(bill)

    def _closed(self, bill: Bill) -> None:
        sub = bill.sub
        if sub.waiting and sub.waiting.invoice == bill.name:
            sub.waiting = None
        if sub.status == "incomplete" and bill.state == "void":
            self.end(sub, "incomplete_expired")
        self._review(sub)

    def _collect(self, bill: Bill) -> None:
        """One attempt by itself. After the last one the setting says what becomes of the subscription."""
        made, bill.tries = bill.tries, bill.tries + 1
        bill.next_at = self.now + self.retry_days[made] * DAY if made < len(self.retry_days) else None
        card = self.card_of(bill.sub)
        if card is None:
            bill.attempts += 1
            self._failed(bill)
        elif card == bill.refused_for_good:
            bill.attempts += 1
        else:
            self.charge(bill, card, off_session=True, parks=self.parks)
        if bill.state == "open" and bill.next_at is None and bill.sub.status not in ENDED:
            if self.after_retries == "cancel":
                self.end(bill.sub)
            elif self.after_retries == "unpaid":
                bill.sub.status = "unpaid"
                self.tell("customer.subscription.updated", bill.sub)

    def card_of(self, sub: Sub) -> str | None:
        """The card that pays: the subscription's, else the customer's default; one that was detached pays nothing."""
        file = self._files.get(sub.customer, CardFile())
        return next((each for each in (sub.card, file.default) if each and file.find(each)), None)

    def refusal(self, card: str) -> str | None:
        """Why the card does not pay."""
        does = self.does.get(card)
        return None if does == REVIEWS else does

    def charge(self, bill: Bill, card: str, *, off_session: bool = False, parks: bool = True, **how: bool) -> bool:
        """One attempt to pay; whether it was paid. `authenticated`: the buyer passes the bank's check.

        `parks`: a payment that the bank wants authenticated keeps its card and waits.
        """
        bill.attempts += 1
        why = self.refusal(card)
        if self.does.get(card) == REVIEWS:
            bill.payment_state, bill.card, bill.refused_with = "processing", card, None
            return False
        if why is None or (why == ASKS and how.get("authenticated")):
            bill.payment_state, bill.card, bill.refused_with, bill.paid_at = "succeeded", card, None, self.now
            self._paid(bill)
            return True
        waits = why == ASKS and parks
        bill.payment_state, bill.card = ("requires_action", card) if waits else ("requires_payment_method", None)
        # With the buyer there the bank asks, and nothing has failed yet.
        bill.refused_with = None if waits and not off_session else why
        bill.refused_for_good = card if why in HARD and off_session else bill.refused_for_good
        self._failed(bill)
        return False

    def decide(self, bill: Bill, *, succeeded: bool) -> None:
        """A payment that was in review is decided."""
        assert bill.payment_state == "processing"
        if succeeded:
            bill.payment_state, bill.paid_at = "succeeded", self.now
            self._paid(bill)
        else:
            bill.payment_state, bill.card, bill.refused_with = "requires_payment_method", None, "generic_decline"
            self._failed(bill)

    def _paid(self, bill: Bill) -> None:
        bill.state, bill.paid_at, bill.auto = "paid", self.now, False
        self.tell("invoice.paid", bill)
        sub = bill.sub
        if sub.status in ENDED:
            return
        if sub.waiting and sub.waiting.invoice == bill.name:
            sub.price, sub.anchor, sub.cycles = sub.waiting.price, sub.waiting.anchor, 1
            sub.waiting = None
            if sub.moves_end:
                sub.cancel_at, sub.moves_end = None, False
            self.tell("customer.subscription.pending_update_applied", sub)
        self._review(sub)

    def _failed(self, bill: Bill) -> None:
        if bill.asks:
            self.tell("invoice.payment_action_required", bill)
        if bill.refused_with is not None or not bill.asks:
            self.tell("invoice.payment_failed", bill)
        if bill.sub.status in ("active", *BEHIND):
            self._review(bill.sub)

    def _review(self, sub: Sub) -> None:
        """Active or behind by the newest finalized invoice that is neither void nor of a change that waits."""
        waiting = sub.waiting.invoice if sub.waiting else None
        newest = next((b for b in self._of(sub) if b.state not in ("draft", "void") and b.name != waiting), None)
        if sub.status in ENDED or newest is None or (newest.state == "open" and not newest.attempts):
            return
        if sub.status == "incomplete" and newest.state != "paid":
            return
        status = "active" if newest.state != "open" else sub.status if sub.status in BEHIND else "past_due"
        if status != sub.status:
            sub.status = status
            self.tell("customer.subscription.updated", sub)

    def tell(self, kind: str, thing: Sub | Bill) -> None:
        """An event, as it would be delivered."""
        is_bill = isinstance(thing, Bill)
        self.events.append(
            EventHint(
                event_id=self.name("evt"),
                kind=kind,
                livemode=False,
                account=None,
                object_kind="invoice" if is_bill else "subscription",
                object_id=thing.name,
                payment_intent=None,
                tag=thing.tag,
                subscription=thing.sub.name if isinstance(thing, Bill) else thing.name,
            )
        )
