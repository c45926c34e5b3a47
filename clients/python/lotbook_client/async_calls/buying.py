"""The calls of the async client: buying.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.bodies import Consent, CustomPayment, PlanChange, TopUp
from lotbook_client.calls import UNSET, Unset, as_given, without_nulls
from lotbook_client.models import (
    Account,
    AutoEvent,
    AutoTopUp,
    AutoTopUpHistory,
    Offers,
    Ordered,
    PlanChanged,
    Purchase,
    Quote,
)
from lotbook_client.pages import AsyncPages


class AsyncBuyingCalls(AsyncCore):
    """A method for each operation."""

    async def read_offers(
        self,
        account_id: str,
        *,
        planned: int | None = None,
        planned_periods: int | None = None,
    ) -> Offers:
        """What this account may buy, with advice from its own usage and from what it plans.

        Needs: member of the account or service key with `read`.
        """
        return await self._answer(
            operations.READ_OFFERS,
            path={
                "account_id": account_id,
            },
            query={
                "planned": planned,
                "planned_periods": planned_periods,
            },
        )

    async def quote_item(
        self,
        account_id: str,
        item: TopUp | PlanChange | CustomPayment,
    ) -> Quote:
        """The order summary of an item, without effect.

        Needs: member of the account or service key with `purchases:write`.
        """
        return await self._answer(
            operations.QUOTE_ITEM,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "item": item,
                }
            ),
        )

    async def create_purchase(
        self,
        account_id: str,
        item: TopUp | PlanChange | CustomPayment,
        *,
        consent: Consent | None = None,
        success_url: str | None = None,
        cancel_url: str | None = None,
        save_payment_method: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Ordered:
        """Order an item and open its checkout. Needs: member of the account or service key with `purchases:write`."""
        return await self._answer(
            operations.CREATE_PURCHASE,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "item": item,
                    "consent": consent,
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                    "save_payment_method": save_payment_method,
                }
            ),
            key=idempotency_key,
        )

    async def recheck_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """Ask the gateway again and settle what it says.

        Needs: member of the account or service key with `purchases:write`.
        """
        return await self._answer(
            operations.RECHECK_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    async def abandon_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """The buyer closed the window: end the checkout.

        Needs: member of the account or service key with `purchases:write`.
        """
        return await self._answer(
            operations.ABANDON_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    async def change_plan(
        self,
        account_id: str,
        plan_id: str,
        *,
        consent: Consent | None = None,
        idempotency_key: str | None = None,
    ) -> PlanChanged:
        """Change the plan, by the policy's rule now or at the period's end; charged to the default card.

        Needs: member of the account.
        """
        return await self._answer(
            operations.CHANGE_PLAN,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "plan_id": plan_id,
                    "consent": consent,
                }
            ),
            key=idempotency_key,
        )

    async def cancel_plan(
        self,
        account_id: str,
    ) -> Account:
        """Cancel the plan by the policy's rule; cancelled already, nothing changes. Needs: member of the account."""
        return await self._answer(
            operations.CANCEL_PLAN,
            path={
                "account_id": account_id,
            },
        )

    async def resume_plan(
        self,
        account_id: str,
    ) -> Account:
        """Go on with the plan after all: take a cancellation or a change that waits back.

        Needs: member of the account.
        """
        return await self._answer(
            operations.RESUME_PLAN,
            path={
                "account_id": account_id,
            },
        )

    async def read_auto_top_up(
        self,
        account_id: str,
    ) -> AutoTopUp:
        """Automatic purchase: its switch, what the next one costs, what the credit period has used.

        Needs: member of the account or service key with `read`.
        """
        return await self._answer(
            operations.READ_AUTO_TOP_UP,
            path={
                "account_id": account_id,
            },
        )

    async def switch_auto_top_up(
        self,
        account_id: str,
        enabled: bool,
        *,
        payment_method: str | Unset | None = UNSET,
        limit_minor: int | Unset | None = UNSET,
    ) -> AutoTopUp:
        """Switch automatic purchase on or off; a charge that is under way completes, none follows.

        Needs: member of the account.
        """
        return await self._answer(
            operations.SWITCH_AUTO_TOP_UP,
            path={
                "account_id": account_id,
            },
            body=as_given(
                {
                    "enabled": enabled,
                    "payment_method": payment_method,
                    "limit_minor": limit_minor,
                }
            ),
        )

    def list_auto_top_up_events(
        self,
        account_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[AutoTopUpHistory, AutoEvent]:
        """What was bought automatically, and what was not and why, newest first.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.LIST_AUTO_TOP_UP_EVENTS,
            path={
                "account_id": account_id,
            },
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )
