"""Open an account: its book first, closed and due; then the account; then renewal puts the first period's lots in.

In this order no account is ever without a book that waits for its period: whoever comes first after a crash, or the
schedule, finishes what was begun. A book without an account is no harm, it answers as an account that does not exist.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.canary import CANARY, is_reserved
from lotbook.domain.credits.book import Book
from lotbook.domain.policy.uses import Use
from lotbook.domain.values import ids, instants
from lotbook.domain.values.errors import AccountExists, Conflict, InvalidRequest, UnknownPlan
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.time_zones import is_time_zone

if TYPE_CHECKING:
    from lotbook.domain.policy.document import Policy
    from lotbook.ports.shop import AccountStore, Clock, PolicyStore
    from lotbook.usecases.credits.desk import CreditDesk

FREEZE_ATTEMPTS = 3  # each more only where a version of another currency came in between


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """The request. `plan_id` None: the policy's starting plan. `region`: ISO 3166; `time_zone`: IANA name."""

    account_id: str
    policy_id: str
    region: str
    email: str
    plan_id: str | None = None
    time_zone: str = "UTC"

    @property
    def digest(self) -> str:
        """Equal for equal bodies. Absent fields are left out: a later optional one refuses no retry that is under way."""
        return ids.fingerprint(ids.canonical(**self._body()))

    def has_digest(self, digest: str) -> bool:
        """Whether the digest is of this body, also one that was written when absent fields were null in it."""
        return digest in (self.digest, ids.fingerprint(json.dumps(self._body(), sort_keys=True)))

    def _body(self) -> dict[str, str | None]:
        return {
            "account_id": self.account_id,
            "policy_id": self.policy_id,
            "region": self.region,
            "email": self.email,
            "plan_id": self.plan_id,
            "time_zone": self.time_zone,
        }


@dataclass(frozen=True, slots=True)
class Opened:
    """`created` False: the same request had opened it before, and what a crash may have left undone is done now."""

    account: Account
    created: bool


def open_account(
    command: OpenAccount,
    *,
    accounts: AccountStore,
    policies: PolicyStore,
    desk: CreditDesk,
) -> Opened:
    """Open the account with the lots of its first period.

    Raises InvalidRequest for an unknown policy or time zone, or for a name that is the deployment's own, UnknownPlan, and AccountExists when the id belongs to an
    account of another request. The renewal runs for a repeated request too.
    """
    if is_reserved(command.account_id, command.policy_id):
        raise InvalidRequest.of("account_id", "reserved", f"{CANARY} is the deployment's own account and policy.")
    existing = accounts.get(command.account_id)
    if existing is None:
        account, policy = _frozen(command, policies, desk.clock)
        due = account.created_at
        desk.books.create(account.account_id, policy.units[0], Book(since=due, until=due, renews_at=due))
        existing = accounts.create(account)
        if existing is None:
            desk.renew(command.account_id)
            return Opened(account, created=True)
    if not command.has_digest(existing.request_digest):
        raise AccountExists
    desk.renew(command.account_id)
    return Opened(existing, created=False)


def _frozen(command: OpenAccount, policies: PolicyStore, clock: Clock) -> tuple[Account, Policy]:
    """The account, with a currency that no version of the policy drops from here on.

    It is noted first, and the policy is read after that: a version that was published in between has been read, and one that
    comes later is refused (X-33). Raises Conflict where others keep publishing.
    """
    policy = _policy(command, policies)
    for _ in range(FREEZE_ATTEMPTS):
        account = _account(command, policy, clock.now())
        policies.note_use(command.policy_id, Use("currency", account.currency), command.account_id)
        policy = _policy(command, policies)
        if account.currency == policy.currency_for(command.region):
            return _account(command, policy, clock.now()), policy
    raise Conflict


def _policy(command: OpenAccount, policies: PolicyStore) -> Policy:
    published = policies.newest(command.policy_id)
    if published is None:
        raise InvalidRequest.of("policy_id", "unknown_policy", "there is no such policy")
    return published.policy


def _account(command: OpenAccount, policy: Policy, now: int) -> Account:
    if not is_time_zone(command.time_zone):
        raise InvalidRequest.of("time_zone", "unknown_time_zone", "not a time zone of the IANA data base")
    plan = policy.plan(command.plan_id or policy.starting_plan_id)
    if command.plan_id is not None and not plan.offered:  # accounts that are on it stay; nobody moves to it any more
        raise UnknownPlan(plans=[each.plan_id for each in policy.plans if each.offered])
    opened_at = instants.cut_to_second(now)
    return Account(
        account_id=command.account_id,
        policy_id=command.policy_id,
        plan_id=plan.plan_id,
        region=command.region,
        currency=policy.currency_for(command.region),  # frozen: a later version does not move it (NP-17)
        email=command.email,
        time_zone=command.time_zone,
        created_at=opened_at,
        anchor=opened_at,
        plan_billing="external" if plan.is_paid else "none",
        request_digest=command.digest,
    )
