"""The audit of a table from outside: what `make audit` does to the local run, with any table. It reads, and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.usecases.audit.audit_account import Audited, Auditing, audit_account
from lotbook.usecases.audit.units import UnitsOfAllVersions

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.shop import Clock

ACCOUNT = keys.account("")


@dataclass(frozen=True, slots=True)
class Auditor:
    """Audits accounts of one table."""

    table: Table
    auditing: Auditing
    units_of: UnitsOfAllVersions

    def accounts(self) -> list[str]:
        """All of them, by a scan."""
        asked = {"FilterExpression": "sk = :sk", "ExpressionAttributeValues": {":sk": {"S": ACCOUNT["sk"]}}}
        pages = self.table.client.get_paginator("scan").paginate(TableName=self.table.name, **asked)
        names = [item["pk"]["S"] for page in pages for item in page["Items"]]
        return sorted(name.removeprefix(ACCOUNT["pk"]) for name in names if name.startswith(ACCOUNT["pk"]))

    def has(self, account_id: str) -> bool:
        """Whether there is such an account."""
        return bool(self.units_of(account_id))

    def audited(self, account_id: str) -> Audited:
        """What its ledgers, books, lots and purchases say of one another."""
        return audit_account(account_id, self.units_of(account_id), auditing=self.auditing)


def auditor(table: Table, clock: Clock) -> Auditor:
    """Over the stores of that table."""
    accounts, policies, books = DynamoAccounts(table), DynamoPolicies(table), DynamoBooks(table)
    stores = DynamoAudits(table), books, DynamoPurchases(table), clock, DynamoStatement(table)
    return Auditor(table, Auditing(*stores, lambda _account, _units: None), UnitsOfAllVersions(accounts, policies))
