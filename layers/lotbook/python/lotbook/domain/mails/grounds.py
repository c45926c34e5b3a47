"""What a letter is written from: the account as it is now, its policy, the event, and the row that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook.domain.mails.letters import Button
from lotbook.domain.values.errors import UnknownPlan
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.book import Book
    from lotbook.domain.mails.occasions import News
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase


@dataclass(frozen=True, slots=True)
class Grounds:
    """`app_url`: the application's own page, None where the deployment names none; `now`: when it is written.

    `book`: of the unit that the event is about, as it is read for this letter; `base_seq`: the entry of the unit's ledger that made
    100 % what it is, as far as the levels have been followed.
    """

    account: Account
    policy: Policy
    news: News
    purchase: Purchase | None
    app_url: str | None
    now: int
    automatic_is_on: bool  # automatic purchase, for the whole deployment
    book: Book | None = None
    base_seq: int = 0

    @property
    def spendable(self) -> int:
        """What can be spent of the event's unit now."""
        return self.book.spendable if self.book else 0

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the event tells."""
        return self.news.detail

    def title_of(self, plan_id: object) -> str:
        """The plan's title; its id where the policy has dropped it."""
        try:
            return self.policy.plan(str(plan_id)).title
        except UnknownPlan:
            return str(plan_id)

    def button(self, label: str, url: str | None = None) -> Button | None:
        """A button to the page, or to the application; none where neither is known."""
        target = url or self.app_url
        return Button(label, target) if target else None
