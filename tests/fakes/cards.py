"""Cards on file in the gateway in memory, as Stripe keeps them: with the customer, newest first, one of them its default."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from lotbook.domain.sales.cards import Card, CardFile, CardSetup, Seen
from lotbook.domain.values.instants import SECOND


class FakeCards:
    """A third of `FakeGateway`. `forms` are the setup pages, by address."""

    def __init__(self) -> None:
        self.files: dict[str, CardFile] = {}
        self.forms: dict[str, tuple[CardSetup, str]] = {}
        self.came_by_setup: dict[str, set[str]] = {}
        self.defaults_set: list[str] = []
        self.gone: set[str] = set()
        self._card_numbers = count(1)

    def open_setup(self, setup: CardSetup, customer: str) -> str:
        self._fail("open_setup", "before")
        self._needs(customer)
        url = f"https://pay.example/setup/{len(self.forms) + 1}"
        self.forms[url] = setup, customer
        return url

    def card_file(self, customer: str) -> CardFile:
        self._fail("card_file", "before")
        return self.files.get(customer, CardFile())

    def set_up(self, customer: str) -> frozenset[str]:
        self._fail("set_up", "before")
        return frozenset(self.came_by_setup.get(customer, ()))

    def set_default(self, customer: str, payment_method: str, seen: Seen | None) -> bool:
        self._fail("set_default", "before")
        found = self.files.get(customer, CardFile())
        if found.find(payment_method) is None:
            return False
        self.files[customer] = replace(found, default=payment_method, seen=seen or found.seen)
        self.defaults_set.append(payment_method)
        self._fail("set_default", "after")
        return True

    def forget_customer(self, customer: str) -> None:
        self._fail("forget_customer", "before")
        self.delete_customer(customer)
        self._fail("forget_customer", "after")

    def detach(self, payment_method: str) -> bool:
        self._fail("detach", "before")
        for customer, found in self.files.items():
            if found.find(payment_method) is not None:
                self.files[customer] = found.without(payment_method)
                self._fail("detach", "after")
                return True
        return False

    # --- the world ---------------------------------------------------------------------------------------------------

    def put_on_file(self, customer: str, at: int, **changes: Any) -> str:
        """A card is attached, by a payment or by hand; answers its name."""
        number = next(self._card_numbers)
        fields = {"payment_method": f"pm_{number}", "brand": "visa", "last4": f"{number:04d}", "expires": "2034-12"}
        card = Card(**(fields | {"added_at": at // SECOND * SECOND} | changes))
        found = self.files.get(customer, CardFile())
        self.files[customer] = replace(found, cards=(card, *found.cards))
        return card.payment_method

    def finish_setup(self, url: str, at: int, **changes: Any) -> str:
        """Somebody types a card into a setup page; answers its name."""
        _, customer = self.forms[url]
        name = self.put_on_file(customer, at, **changes)
        self.came_by_setup.setdefault(customer, set()).add(name)
        return name

    def delete_customer(self, customer: str) -> None:
        """Somebody deletes it at the dashboard; its cards go with it."""
        self.gone.add(customer)
        self.files.pop(customer, None)

    def _needs(self, customer: str) -> None:
        raise NotImplementedError

    def _fail(self, operation: str, moment: str) -> None:
        raise NotImplementedError
