"""A desk, and what members, the gateway and its events do about the cards on file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lotbook.domain.accounts.automatic import PaymentCard
from lotbook.domain.sales.cards import CardFile, with_payment_pause
from lotbook.domain.sales.gateway import APP, EventHint, Tag
from lotbook.domain.values.access import Role
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.inbox.handle_event import Handled, handle_event
from lotbook.usecases.sales.cards import SetupRequest, choose_card, remove_card, set_up_card
from lotbook.usecases.sales.desk import SalesDesk
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.payment_pause import change_and_follow
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import Desk
from tests.fakes.purchases import TEST
from tests.fakes.samples import member

CUSTOMER = "cus_1"
OURS = Tag(APP, TEST.stage, "acme", None)


def card_failed(desk: SalesDesk, card: PaymentCard) -> None:
    """An automatic payment with this card was declined."""
    at = desk.clock.now()
    change_and_follow("acme", lambda account: with_payment_pause(account, card, at), desk=desk)


class Cards:
    """A desk, and what is done about its cards."""

    def __init__(self, **changes: Any) -> None:
        self.desk = Desk(**changes)
        self.gateway = self.desk.gateway
        renew_account(
            "acme",
            accounts=self.desk.accounts,
            policies=self.desk.policies,
            desk=credit_desk(self.desk.books, self.desk.clock),
        )

    @property
    def sales(self) -> Any:
        return self.desk.sales

    def set_up(self, role: Role = "admin", **changes: Any) -> str:
        return set_up_card(SetupRequest("acme", **changes), member(role), desk=self.sales)

    def add(self, **changes: Any) -> str:
        """A card through a setup page; nobody hears of it yet."""
        return self.gateway.finish_setup(self.set_up(), self.desk.clock.now(), **changes)

    def look(self) -> CardFile:
        return follow_cards("acme", desk=self.sales)

    def hear(self, kind: str = "checkout.session.completed", tag: Tag = OURS, **changes: Any) -> Handled:
        mode = "setup" if kind.startswith("checkout") else None
        hint = EventHint("evt_1", kind, False, None, kind.rpartition(".")[0], "x_1", None, tag, mode)
        return handle_event(replace(hint, **changes), desk=self.sales)

    def choose(self, card: str, role: Role = "admin") -> CardFile:
        return choose_card("acme", card, member(role), desk=self.sales)

    def remove(self, card: str, role: Role = "admin") -> CardFile:
        return remove_card("acme", card, member(role), desk=self.sales)

    def fail_payment(self) -> None:
        """An automatic payment with the default is declined."""
        card = self.gateway.files[CUSTOMER].default
        assert card is not None
        card_failed(self.sales, PaymentCard(card))

    def state(self) -> tuple[str, str | None, set[str | None]]:
        """The account's state and reason, and the reasons in its books."""
        account = self.desk.accounts.get("acme")
        assert account is not None
        return account.state, account.pause_reason, {book.pause_reason for book in self.desk.books.books.values()}


PAUSED = ("paused", "payment_failed", {"payment_failed"})
ACTIVE = ("active", None, {None})
