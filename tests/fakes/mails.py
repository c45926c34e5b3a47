"""Mailing in memory: latches under their versions, a post that can fail before and after it takes a mail, and a desk of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lotbook.api.mails.render import write
from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.book import Book
from lotbook.domain.mails.latches import MailLatch
from lotbook.domain.mails.occasions import News, Occasion
from lotbook.domain.mails.posting import Mail
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import Conflict
from lotbook.usecases.mails.send_mail import MailDesk, Outcome, mail_news
from tests.fakes.accounts import FakeAccounts, FakePolicies, ManualClock
from tests.fakes.books import FakeBooks
from tests.fakes.desk import CountingEntropy
from tests.fakes.endpoints import FakeEndpoints
from tests.fakes.outbox import FakeLatches
from tests.fakes.purchases import FakePurchases
from tests.fakes.samples import account_on, published


class FakeMailLatches:
    """Implements `MailLatchStore`. `on_save` is called before each write, and may raise in its place."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, Occasion], MailLatch] = {}
        self.on_save: Callable[[MailLatch], object] = lambda _: None

    def get(self, account_id: str, occasion: Occasion) -> MailLatch:
        return self.kept.get((account_id, occasion), MailLatch())

    def save(self, account_id: str, occasion: Occasion, latch: MailLatch) -> MailLatch:
        self.on_save(latch)
        if self.get(account_id, occasion).version != latch.version:
            raise Conflict
        self.kept[account_id, occasion] = replace(latch, version=latch.version + 1)
        return self.kept[account_id, occasion]


class FakePost:
    """Implements `Post`. `before` and `after` are called around the taking of a mail, and may raise."""

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None

    def send(self, mail: Mail) -> None:
        self.before()
        self.taken.append(mail)
        self.after()


class MailRoom:
    """An account of a sample policy whose events are mailed."""

    def __init__(self, policy: str = "make", plan: str = "pro-80k", *rows: Purchase) -> None:
        self.clock = ManualClock("2026-01-15T10:00:00")
        self.accounts = FakeAccounts(account_on(policy, plan))
        self.latches, self.post = FakeMailLatches(), FakePost()
        self.books, self.levels = FakeBooks(), FakeLatches()
        self.endpoints = FakeEndpoints()
        self.has(20_000)
        purchases = FakePurchases()
        for row in rows:
            purchases.put_new(row)
        self.desk = MailDesk(
            accounts=self.accounts,
            policies=FakePolicies(published(policy).policy),
            purchases=purchases,
            latches=self.latches,
            books=self.books,
            levels=self.levels,
            post=self.post,
            clock=self.clock,
            entropy=CountingEntropy(),
            write=write,
            endpoints=self.endpoints,
            product="Shop",
            automatic_is_on=True,
            app_url="https://app.make.example/billing",
            stop_url=lambda account_id, kind: f"https://api.example/v1/notifications/off?token={account_id}.{kind}.x",
        )

    def has(self, available: int, unit: str = "credits", **fields: Any) -> None:
        """The account can spend so much now."""
        self.books.books["acme", unit] = Book(available=available, **fields)

    @property
    def account(self) -> Account:
        """The account as it is kept."""
        account = self.accounts.get("acme")
        assert account is not None
        return account

    def tell(self, news: News) -> Outcome:
        """One delivery of an event."""
        return mail_news(news, desk=self.desk)

    @property
    def kinds(self) -> list[str]:
        """The kinds that were sent, in order."""
        return [mail.kind for mail in self.post.taken]
