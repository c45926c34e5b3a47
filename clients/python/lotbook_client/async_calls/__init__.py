"""The calls of the async client, a method for each operation of the document.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from lotbook_client.async_calls.accounts import AsyncAccountsCalls
from lotbook_client.async_calls.billing import AsyncBillingCalls
from lotbook_client.async_calls.burning import AsyncBurningCalls
from lotbook_client.async_calls.buying import AsyncBuyingCalls
from lotbook_client.async_calls.document import AsyncDocumentCalls
from lotbook_client.async_calls.endpoints import AsyncEndpointsCalls
from lotbook_client.async_calls.policies import AsyncPoliciesCalls
from lotbook_client.async_calls.portal import AsyncPortalCalls
from lotbook_client.async_calls.purchases import AsyncPurchasesCalls
from lotbook_client.async_calls.reports import AsyncReportsCalls
from lotbook_client.async_calls.statement import AsyncStatementCalls


class AsyncCalls(
    AsyncPoliciesCalls,
    AsyncAccountsCalls,
    AsyncStatementCalls,
    AsyncBurningCalls,
    AsyncBuyingCalls,
    AsyncPurchasesCalls,
    AsyncBillingCalls,
    AsyncPortalCalls,
    AsyncEndpointsCalls,
    AsyncReportsCalls,
    AsyncDocumentCalls,
):
    """A method for each operation."""
