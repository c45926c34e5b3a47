"""The calls of the sync client, a method for each operation of the document.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from lotbook_client.sync_calls.accounts import AccountsCalls
from lotbook_client.sync_calls.billing import BillingCalls
from lotbook_client.sync_calls.burning import BurningCalls
from lotbook_client.sync_calls.buying import BuyingCalls
from lotbook_client.sync_calls.document import DocumentCalls
from lotbook_client.sync_calls.endpoints import EndpointsCalls
from lotbook_client.sync_calls.policies import PoliciesCalls
from lotbook_client.sync_calls.portal import PortalCalls
from lotbook_client.sync_calls.purchases import PurchasesCalls
from lotbook_client.sync_calls.reports import ReportsCalls
from lotbook_client.sync_calls.statement import StatementCalls


class Calls(
    PoliciesCalls,
    AccountsCalls,
    StatementCalls,
    BurningCalls,
    BuyingCalls,
    PurchasesCalls,
    BillingCalls,
    PortalCalls,
    EndpointsCalls,
    ReportsCalls,
    DocumentCalls,
):
    """A method for each operation."""
