"""Send the mail that an event gives occasion to: written from what is true now, at least once, and not again within a day (D34).

Nothing waits for a mail: the event was published long after the work it tells of was done. Whatever raises here is brought again
by the queue.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lotbook.domain.accounts.mail_choices import may_be_mailed
from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.latches import given_back, leased, leave, marked
from lotbook.domain.mails.occasions import occasion_of
from lotbook.domain.mails.posting import Envelope, Mail, NotTaken
from lotbook.domain.mails.writing import endpoint_letter, letter_of
from lotbook.domain.values.errors import AccountNotFound, Conflict, Unavailable
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.alarms import alarm

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.notifications import MailKind
    from lotbook.domain.credits.book import Book
    from lotbook.domain.mails.latches import MailLatch
    from lotbook.domain.mails.letters import Letter
    from lotbook.domain.mails.occasions import News, Occasion
    from lotbook.domain.mails.posting import Written
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.ports.books import BookStore
    from lotbook.ports.endpoints import EndpointStore
    from lotbook.ports.mails import MailLatchStore, Post
    from lotbook.ports.news import LatchStore
    from lotbook.ports.shop import AccountStore, Clock, Entropy, PolicyStore, PurchaseStore
    from lotbook.usecases.accounts.load_account import LoadedAccount

LATCH_ATTEMPTS = 4  # lost races for a lease: each means that another worker has it now
MARK_ATTEMPTS = 3
LEASE_BYTES = 10
NOWHERE = "US"  # a region whose forms are the words' own, for mails about no account

STATES_A_BALANCE: frozenset[MailKind] = frozenset({"credits_low", "credits_exhausted", "credits_expiring"})

Outcome = Literal["sent", "nothing", "off", "over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDesk:
    """The ports of mailing. `write` puts a letter into words; `stop_url` is the link that switches a kind off, if there is one."""

    accounts: AccountStore
    policies: PolicyStore
    purchases: PurchaseStore
    latches: MailLatchStore
    books: BookStore
    levels: LatchStore
    post: Post
    clock: Clock
    entropy: Entropy
    write: Callable[[Letter, Envelope], Written]
    app_url: str | None
    automatic_is_on: bool
    endpoints: EndpointStore
    product: str  # what mails about no account call the sender
    stop_url: Callable[[str, MailKind], str | None]


def mail_news(news: News, *, desk: MailDesk) -> Outcome:
    """Send the mail of one event, if it has one, the account wants it, and nobody has sent it.

    Raises Unavailable: then the event is to come again.
    """
    occasion = occasion_of(news)
    if occasion is None:
        return "nothing"
    if occasion.kind == "endpoint_disabled":
        return _mail_endpoint(occasion, news, desk)
    try:
        loaded = load_account(news.account_id, accounts=desk.accounts, policies=desk.policies, clock=desk.clock)
    except AccountNotFound:
        return "nothing"
    if not may_be_mailed(loaded.account, occasion.kind):
        return "off"
    letter = letter_of(occasion, _grounds(occasion, news, loaded, desk))
    if letter is None:
        return "nothing"
    return _once(occasion, _mail(letter, loaded.account, loaded.policy, desk), desk)


def _mail_endpoint(occasion: Occasion, news: News, desk: MailDesk) -> Outcome:
    """To whom the endpoint names, if it names anybody. Raises Unavailable while it is being switched off: its event comes first."""
    endpoint = desk.endpoints.get(str(news.detail["endpoint_id"]))
    if endpoint is None or endpoint.email is None:
        return "nothing"
    if endpoint.is_on:
        if endpoint.failing_since is None:  # it was switched on again meanwhile
            return "nothing"
        raise Unavailable("The endpoint is being switched off.")
    envelope = Envelope(product=desk.product, locale=None, region=NOWHERE, time_zone="UTC")
    mail = Mail(
        account_id=endpoint.endpoint_id,
        kind=occasion.kind,
        to=endpoint.email,
        product=desk.product,
        written=desk.write(endpoint_letter(endpoint.url, str(news.detail["reason"])), envelope),
    )
    return _once(occasion, mail, desk)


def _grounds(occasion: Occasion, news: News, loaded: LoadedAccount, desk: MailDesk) -> Grounds:
    """Everything that the letter is written from, as it is now. Raises Unavailable."""
    purchase = _purchase(occasion, news.account_id, desk)
    book, base_seq = _balance(occasion, news, desk)
    return Grounds(
        account=loaded.account,
        policy=loaded.policy,
        news=news,
        purchase=purchase,
        app_url=desk.app_url,
        now=desk.clock.now(),
        automatic_is_on=desk.automatic_is_on,
        book=book,
        base_seq=base_seq,
    )


def _balance(occasion: Occasion, news: News, desk: MailDesk) -> tuple[Book | None, int]:
    """The book that the mail states the balance of. Raises Unavailable while credits are on their way into it, or out of it."""
    if occasion.kind not in STATES_A_BALANCE:
        return None, 0
    unit = str(news.detail["unit"])
    book = desk.books.get(news.account_id, unit)
    if book is not None and book.orders:
        raise Unavailable("The balance is changing.")
    return book, desk.levels.get(news.account_id, unit).base_seq


def _purchase(occasion: Occasion, account_id: str, desk: MailDesk) -> Purchase | None:
    """The row that the mail shows. Raises Unavailable while it is not there: it may be written after what tells of it."""
    if occasion.purchase_id is None:
        return None
    row = desk.purchases.get(account_id, occasion.purchase_id)
    if row is None:
        raise Unavailable("The purchase is not there yet.")
    return row


def _mail(letter: Letter, account: Account, policy: Policy, desk: MailDesk) -> Mail:
    stop_url, support = desk.stop_url(account.account_id, letter.kind), policy.support
    envelope = Envelope(
        product=policy.title,
        locale=account.notifications.locale,
        region=account.region,
        time_zone=account.time_zone,
        support_email=support.email if support else None,
        support_url=support.url if support else None,
        stop_url=stop_url,
    )
    return Mail(
        account_id=account.account_id,
        kind=letter.kind,
        to=account.email,
        product=policy.title,
        written=desk.write(letter, envelope),
        reply_to=envelope.support_email,
        stop_url=stop_url,
    )


def _once(occasion: Occasion, mail: Mail, desk: MailDesk) -> Outcome:
    """Lease, send, mark. A lease that cannot be marked ends by itself, and the mail may then go out again."""
    latch = _lease(occasion, mail.account_id, desk)
    if latch is None:
        return "over"
    now = desk.clock.now()
    try:
        desk.post.send(mail)
    except NotTaken as refusal:
        with suppress(Conflict):
            desk.latches.save(mail.account_id, occasion, given_back(latch, now))
        raise Unavailable(f"The mail was not taken: {refusal.code}") from refusal
    _mark(occasion, mail.account_id, latch, desk)
    return "sent"


def _mark(occasion: Occasion, account_id: str, latch: MailLatch, desk: MailDesk) -> None:
    """Raises nothing: whoever asked for the event again because of a missing mark would send the mail again for certain."""
    for _ in range(MARK_ATTEMPTS):
        with suppress(Unavailable):
            with suppress(Conflict):  # this very mark, whose answer was lost; or a worker that came after the lease
                desk.latches.save(account_id, occasion, marked(latch, desk.clock.now()))
            return


def _lease(occasion: Occasion, account_id: str, desk: MailDesk) -> MailLatch | None:
    """The latch in our hands; None where the mail is sent. Raises Unavailable while somebody else is at it."""
    name = desk.entropy.read(LEASE_BYTES).hex()
    for _ in range(LATCH_ATTEMPTS):
        now, latch = desk.clock.now(), desk.latches.get(account_id, occasion)
        match leave(latch, now):
            case "over":
                return None
            case "too_often":
                alarm("mail_unsure", account_id=account_id, kind=occasion.kind, cause=occasion.cause)
                return None
            case "wait":
                if latch.lease != name:  # else our own, whose answer was lost
                    raise Unavailable("Another worker is sending this mail.")
                return latch
            case "send":
                with suppress(Conflict):
                    return desk.latches.save(account_id, occasion, leased(latch, name, now))
    raise Unavailable("Other workers are faster.")
