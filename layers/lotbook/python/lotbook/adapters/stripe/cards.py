"""Cards on file, with Stripe. It has them; brand, last four digits and expiry are read when they are shown, and kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import card_requests as requests
from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe.client import MISSING, UNCERTAIN_CODES
from lotbook.adapters.stripe.events import tag_of
from lotbook.adapters.stripe.facts import id_of
from lotbook.domain.sales.cards import Card, CardFile, Seen
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.sales.cards import CardSetup
    from lotbook.domain.sales.gateway import Deployment

MAX_PAGES = 3  # a hundred cards each


class StripeCards:
    """The part of `ports.Gateway` that is about cards. It charges none."""

    _calls: StripeCalls
    _deployment: Deployment

    def open_setup(self, setup: CardSetup, customer: str) -> str:
        """The page's address."""
        params: Any = requests.setup(setup, customer, self._deployment)
        options = keys.options(self._deployment, "setup", setup.setup_id, customer)
        opened = self._calls.call_for(customer, lambda client: client.v1.checkout.sessions.create(params, options))
        url: str = opened.to_dict()["url"]
        return url

    def card_file(self, customer: str) -> CardFile:
        """The customer and its cards; the default is there also where it lies behind the last page that is read."""
        try:
            return self._card_file(customer)
        except CustomerGone:
            return CardFile()

    def _card_file(self, customer: str) -> CardFile:
        found = self._calls.call_for(customer, lambda client: client.v1.customers.retrieve(customer)).to_dict()
        if found.get("deleted"):
            raise CustomerGone(customer)
        file = CardFile(self._cards(customer), None, _seen(found))
        named = id_of((found.get("invoice_settings") or {}).get("default_payment_method"))
        if named is None or file.find(named) is not None:
            return replace(file, default=named)
        further = self._card(customer, named)
        return replace(file, cards=(*file.cards, further), default=named) if further else file

    def set_up(self, customer: str) -> frozenset[str]:
        """Cards of setup intents that succeeded and carry our mark."""
        params: Any = requests.setups(customer)
        try:
            page = self._calls.call_for(customer, lambda client: client.v1.setup_intents.list(params)).to_dict()
        except CustomerGone:
            return frozenset()
        done = (each for each in page["data"] if each["status"] == "succeeded")
        ours = (id_of(each.get("payment_method")) for each in done if tag_of(each).is_of(self._deployment))
        return frozenset(name for name in ours if name is not None)

    def set_default(self, customer: str, payment_method: str, seen: Seen | None) -> bool:
        """Says the same however often it is sent, so the library's own key for its retries will do.

        One of ours would be wrong: A, then B, then A again within a day would be answered and not done.
        """
        params: Any = requests.default(payment_method, seen)
        return self._done(lambda client: client.v1.customers.update(customer, params), MISSING)

    def forget_customer(self, customer: str) -> None:
        """Deleted already, or never there: nothing is left to be done."""
        self._done(lambda client: client.v1.customers.delete(customer), MISSING)

    def detach(self, payment_method: str) -> bool:
        """A card that was detached can never be attached again, so its name is key enough."""
        options = keys.options(self._deployment, "detach", payment_method)
        return self._done(lambda client: client.v1.payment_methods.detach(payment_method, {}, options))

    def _cards(self, customer: str) -> tuple[Card, ...]:
        found: list[Card] = []
        after = None
        for _ in range(MAX_PAGES):
            params: Any = requests.cards(after)
            page = self._calls.call_for(
                customer,
                lambda client: client.v1.customers.payment_methods.list(customer, params),  # noqa: B023
            ).to_dict()
            found += [card for each in page["data"] if (card := _card(each)) is not None]
            if not page["has_more"] or not page["data"]:
                break
            after = page["data"][-1]["id"]
        return tuple(found)

    def _card(self, customer: str, payment_method: str) -> Card | None:
        """A card of the customer; None for one that is not on file any more, or is no card."""

        def find(client: stripe.StripeClient) -> Card | None:
            try:
                return _card(client.v1.customers.payment_methods.retrieve(customer, payment_method).to_dict())
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise

        return self._calls.call(find)

    def _done(self, change: Callable[[stripe.StripeClient], object], code: str | None = None) -> bool:
        """Whether it was done; False where Stripe says that the card is not there (`code`, or any word for it)."""

        def ask(client: stripe.StripeClient) -> bool:
            try:
                change(client)
            except stripe.InvalidRequestError as error:
                if error.code in UNCERTAIN_CODES or code not in (None, error.code):
                    raise
                return False
            return True

        return self._calls.call(ask)


def _card(method: dict[str, Any]) -> Card | None:
    """A payment method as a card; None for any other kind (MK-14)."""
    card = method.get("card")
    if method.get("type") != "card" or not isinstance(card, dict):
        return None
    return Card(
        payment_method=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        expires=f"{card['exp_year']:04d}-{card['exp_month']:02d}",
        added_at=method["created"] * SECOND,
        fingerprint=card.get("fingerprint"),
    )


def _seen(customer: dict[str, Any]) -> Seen | None:
    """What the last decision has seen; None for what is not in our form, as anybody may edit metadata at Stripe."""
    text = (customer.get("metadata") or {}).get(requests.SEEN)
    seconds, _, name = text.partition(":") if isinstance(text, str) else ("", "", "")
    if not (seconds.isascii() and seconds.isdigit() and name):
        return None
    return Seen(int(seconds) * SECOND, name)
