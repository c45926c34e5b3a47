"""Composition root: the only place that picks adapters. Each function is cached, and imports only what it returns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from lotbook.domain.values.light_dataclasses import replace
from lotbook.settings import BOTOCORE, of_aws, settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
    from lotbook.adapters.dynamo.table import Table
    from lotbook.adapters.secrets import SsmSecrets
    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.values.access import Caller
    from lotbook.ports.access import MemberTokens, ServiceKeyStore
    from lotbook.ports.books import BookStore
    from lotbook.ports.claims import AutoHistory
    from lotbook.ports.news import EventBus, NoticeStore, StatementStore
    from lotbook.ports.shop import (
        AccountStore,
        BillingStore,
        Clock,
        DueIndex,
        Entropy,
        EventReader,
        Gateway,
        IdempotencyStore,
        PolicyStore,
        PurchaseStore,
    )
    from lotbook.ports.sweeps import SweepMemory
    from lotbook.usecases.accounts.units import Units
    from lotbook.usecases.audit.audit_account import Auditing
    from lotbook.usecases.audit.units import UnitsOfAllVersions
    from lotbook.usecases.credits.desk import CreditDesk
    from lotbook.usecases.news.announce import Outlets
    from lotbook.usecases.sales.desk import SalesDesk


# One call to AWS, tries and pauses together, ends before its function does: then its caller is told when to come back.
CONNECT_SECONDS, READ_SECONDS, TRIES = 1, 3, 3


@cache
def clock() -> Clock:
    """The wall clock, or the local run's clock where a clock file is set."""
    from lotbook.adapters.system import OffsetClock, SystemClock

    path = settings().clock_file
    if path is None:
        return SystemClock()
    from pathlib import Path  # of the local run alone

    return OffsetClock(Path(path))


@cache
def entropy() -> Entropy:
    """The machine's randomness."""
    from lotbook.adapters.system import SystemEntropy

    return SystemEntropy()


def _client(service: str, tries: int = TRIES, read_seconds: int = READ_SECONDS, **options: Any) -> Any:
    """A low-level client with short time-outs and few, bounded retries.

    From botocore's own session: boto3 would add a quarter to consume's cold start, and nothing of it is used.
    """
    from botocore.config import Config
    from botocore.session import Session

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=settings().read_seconds or read_seconds,
        retries={"mode": "standard", "total_max_attempts": tries},
        **options,
    )
    return Session().create_client(service, config=config)


@cache
def table() -> Table:
    """The table. Its requests are tested with botocore's validation of parameters; a burn does not pay for it again."""
    from lotbook.adapters.dynamo.table import Table

    known = settings()
    if known.table_client == BOTOCORE:
        return Table(_client("dynamodb", max_pool_connections=64, parameter_validation=False), known.table_name)
    from lotbook.adapters.thin import client
    from lotbook.adapters.thin.connection import Limits

    limits = Limits(CONNECT_SECONDS, known.read_seconds or READ_SECONDS)
    thin = client.of(of_aws(), limits, tries=TRIES)
    thin.tells_throttles = known.tells_throttles
    return Table(thin, known.table_name)


@cache
def policies() -> PolicyStore:
    """Published policies in the table."""
    from lotbook.adapters.dynamo.policies import DynamoPolicies

    return DynamoPolicies(table())


@cache
def service_keys() -> ServiceKeyStore:
    """Service keys in the table."""
    from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys

    return DynamoServiceKeys(table())


@cache
def idempotency() -> IdempotencyStore:
    """Idempotency markers in the table."""
    from lotbook.adapters.dynamo.idempotency import DynamoIdempotency

    return DynamoIdempotency(table())


@cache
def cursor_key() -> bytes:
    """The key that cursors are signed with: read once a process, by the first list that has more than one page."""
    from lotbook.adapters.dynamo.cursor_key import DynamoCursorKey

    return DynamoCursorKey(table(), entropy()).read()


@cache
def tokens() -> MemberTokens:
    """Member tokens of the deployment's issuer, if it has one. Its keys age by the wall clock, tokens expire by `clock()`."""
    from lotbook.adapters.system import SystemClock
    from lotbook.adapters.tokens import Claims, IssuerKeys, JwtMemberTokens, NoMemberTokens

    known = settings()
    if not known.token_issuer or not known.token_keys_url:
        return NoMemberTokens()
    claims = Claims(known.token_issuer, known.token_audience, known.account_claim, known.role_claim)
    return JwtMemberTokens(IssuerKeys(known.token_keys_url, SystemClock()), claims)


@cache
def accounts() -> AccountStore:
    """Account items."""
    from lotbook.adapters.dynamo.accounts import DynamoAccounts

    return DynamoAccounts(table())


@cache
def due_index() -> DueIndex:
    """What schedules look at next."""
    from lotbook.adapters.dynamo.due import DynamoDueIndex

    return DynamoDueIndex(table())


@cache
def sweep_memory() -> SweepMemory:
    """What sweeps remember between two runs."""
    from lotbook.adapters.dynamo.sweeps import DynamoSweeps

    return DynamoSweeps(table())


def credit_desk() -> CreditDesk:
    """The ports of the burn path."""
    from lotbook.usecases.credits.desk import CreditDesk

    return CreditDesk(books(), clock(), _renew)


def reading_desk() -> CreditDesk:
    """The same with the filed statement, for those who read entries."""
    return replace(credit_desk(), statement=statement())


def _renew(account_id: str) -> None:
    from lotbook.usecases.accounts.renew_account import renew_account  # when a period has ended, not at a cold start

    desk = replace(credit_desk(), rows=purchases())
    renew_account(account_id, accounts=accounts(), policies=policies(), desk=desk)


@cache
def secrets() -> SsmSecrets:
    """Secrets in SSM, kept for minutes."""
    from lotbook.adapters.secrets import SsmSecrets

    return SsmSecrets(_client("ssm"), clock())


@cache
def purchases() -> PurchaseStore:
    """Purchases in the table."""
    from lotbook.adapters.dynamo.purchases import DynamoPurchases

    return DynamoPurchases(table())


@cache
def billing() -> BillingStore:
    """Billing details in the table."""
    from lotbook.adapters.dynamo.billing import DynamoBilling

    return DynamoBilling(table())


@cache
def gateway() -> Gateway:
    """Stripe, or its stand-in where the local run names one."""
    from lotbook.adapters.stripe.gateway import StripeGateway

    return StripeGateway(gateway_calls(), deployment())


@cache
def deployment() -> Deployment:
    """Which deployment this is."""
    from lotbook.domain.sales.gateway import Deployment

    known = settings()
    return Deployment(known.stage, known.live, known.app)


@cache
def gateway_calls() -> StripeCalls:
    """Stripe's client with the key from SSM."""
    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.usecases.alarms import alarm

    known = settings()
    calls = StripeCalls(secrets(), known.gateway_key_parameter, deployment(), known.gateway_api_base)
    calls.ring = lambda: alarm("gateway_key_mode", wanted=deployment().mode)
    return calls


@cache
def reconciliation_journal() -> DynamoReconciliation:
    """The reconciliation journal, and money without a known purchase."""
    from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation

    return DynamoReconciliation(table())


@cache
def gateway_events() -> EventReader:
    """The gateway's calls, verified with the active webhook secrets."""
    from lotbook.adapters.stripe.events import SignedEvents

    return SignedEvents(secrets(), settings().webhook_secrets_parameter, clock())


@cache
def sales_desk() -> SalesDesk:
    """The ports of buying."""
    from lotbook.adapters.dynamo.closings import DynamoClosings
    from lotbook.usecases.sales.desk import SalesDesk

    return SalesDesk(
        purchases=purchases(),
        accounts=accounts(),
        policies=policies(),
        books=books(),
        billing=billing(),
        gateway=gateway(),
        clock=clock(),
        entropy=entropy(),
        return_url=settings().return_url,
        strays=reconciliation_journal(),
        history=auto_history(),
        closings=DynamoClosings(table()),
        statement=statement(),
    )


@cache
def auto_history() -> AutoHistory:
    """The history of automatic purchase."""
    from lotbook.adapters.dynamo.auto import DynamoAutoHistory

    return DynamoAutoHistory(table())


@cache
def books() -> BookStore:
    """The books and their ledger."""
    from lotbook.adapters.dynamo.books import DynamoBooks

    return DynamoBooks(table())


@cache
def auditing() -> Auditing:
    """The ports of auditing."""
    from lotbook.adapters.dynamo.audits import DynamoAudits
    from lotbook.usecases.accounts.note_uses import note_uses
    from lotbook.usecases.audit.audit_account import Auditing

    def note(account_id: str, units: Iterable[str]) -> None:
        note_uses(account_id, units, accounts=accounts(), policies=policies())

    return Auditing(DynamoAudits(table()), books(), purchases(), clock(), statement(), note)


@cache
def units_of() -> UnitsOfAllVersions:
    """Answers the units that an account's books may have."""
    from lotbook.usecases.audit.units import UnitsOfAllVersions

    return UnitsOfAllVersions(accounts(), policies())


@cache
def units() -> Units:
    """First units, as this process has learned them."""
    from lotbook.usecases.accounts.units import Units

    return Units(_units_of_policy, units_of())


def _units_of_policy(account_id: str) -> tuple[str, ...]:
    from lotbook.usecases.accounts.load_account import load_account

    loaded = load_account(account_id, accounts=accounts(), policies=policies(), clock=clock())
    return loaded.published.policy.units


def standing(account_id: str, caller: Caller, only_buyers: bool) -> None:
    """Raises AccountNotFound or Forbidden, for the door of every function: a request that is refused asks, and no other."""
    from lotbook.usecases.accounts.standing import check_standing

    check_standing(account_id, caller, only_buyers=only_buyers, accounts=accounts(), policies=policies())


@cache
def statement() -> StatementStore:
    """The filed statement in the table."""
    from lotbook.adapters.dynamo.statement import DynamoStatement

    return DynamoStatement(table())


@cache
def notices() -> NoticeStore:
    """Notices of lots that expire soon."""
    from lotbook.adapters.dynamo.latches import DynamoNotices

    return DynamoNotices(table())


@cache
def bus() -> EventBus:
    """The event bus."""
    from lotbook.adapters.bus import EventBridgeBus

    return EventBridgeBus(_client("events"), settings().event_bus)


@cache
def outlets() -> Outlets:
    """The ports of announcing."""
    from lotbook.adapters.dynamo.latches import DynamoLatches
    from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
    from lotbook.adapters.queue import SqsAutoQueue
    from lotbook.domain.news.together import way_of
    from lotbook.usecases.news.announce import Outlets

    return Outlets(
        bus=bus(),
        latches=DynamoLatches(table()),
        notices=notices(),
        accounts=accounts(),
        policies=policies(),
        books=books(),
        many=DynamoManyAccounts(table()),
        clock=clock(),
        burn_events=way_of(settings().burn_events),
        queue=SqsAutoQueue(_client("sqs"), settings().auto_top_up_queue),
    )
