"""The calls of the sync client, a method for each operation of the document.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

from lotbook_client import operations
from lotbook_client.bodies import (
    AddressBody,
    BatchItemBody,
    Consent,
    CustomPayment,
    NotificationsBody,
    PlanChange,
    PolicyDocument,
    TopUp,
    UsageBody,
)
from lotbook_client.calls import UNSET, CsvPage, Unset, as_given, without_nulls
from lotbook_client.holds import Hold
from lotbook_client.models import (
    Account,
    Accounts,
    AutoEvent,
    AutoTopUp,
    AutoTopUpHistory,
    Balance,
    BillingDetails,
    Checked,
    Consumed,
    ConsumedBatch,
    Endpoint,
    EndpointDeleted,
    EndpointDeliveries,
    EndpointDelivery,
    Endpoints,
    Entries,
    Entry,
    Evidence,
    Granted,
    Held,
    Holds,
    Invoice,
    ListedPolicy,
    ListedVersion,
    NewEndpoint,
    Offers,
    OneHold,
    OneLot,
    Ordered,
    PaymentMethods,
    PlanChanged,
    Policies,
    PolicyDryRun,
    PolicyVersion,
    PolicyVersions,
    PortalLink,
    PortalRevoked,
    Purchase,
    Purchases,
    Quote,
    Refunded,
    Report,
    ReportLine,
    Resolved,
    SetupStarted,
    Voided,
)
from lotbook_client.pages import Pages
from lotbook_client.synchronous import Core


class Calls(Core):
    """A method for each operation."""

    def read_policy_schema(self) -> dict[str, Any]:
        """The JSON Schema of a policy. No token."""
        return self._answer(
            operations.READ_POLICY_SCHEMA,
        )

    def publish_policy(
        self,
        policy_id: str,
        document: PolicyDocument,
    ) -> PolicyVersion:
        """Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.

        Needs: service key with `policies:write`.
        """
        return self._answer(
            operations.PUBLISH_POLICY,
            path={
                "policy_id": policy_id,
            },
            body=document,
        )

    def publish_policy_dry_run(
        self,
        policy_id: str,
        document: PolicyDocument,
        *,
        cursor: str | None = None,
    ) -> PolicyDryRun:
        """Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.

        Needs: service key with `policies:write`.
        """
        return self._answer(
            operations.PUBLISH_POLICY_DRY_RUN,
            path={
                "policy_id": policy_id,
            },
            query={
                "cursor": cursor,
            },
            body=document,
        )

    def read_policy(
        self,
        policy_id: str,
        *,
        version: int | None = None,
    ) -> PolicyDocument:
        """Read a policy. Any valid token."""
        return self._answer(
            operations.READ_POLICY,
            path={
                "policy_id": policy_id,
            },
            query={
                "version": version,
            },
        )

    def list_policies(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[Policies, ListedPolicy]:
        """Policies, newest first, each with its newest version. Any valid token."""
        return self._pages(
            operations.LIST_POLICIES,
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )

    def list_policy_versions(
        self,
        policy_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[PolicyVersions, ListedVersion]:
        """The versions of a policy, newest first; a page may be short and not the last. Any valid token."""
        return self._pages(
            operations.LIST_POLICY_VERSIONS,
            path={
                "policy_id": policy_id,
            },
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )

    def open_account(
        self,
        account_id: str,
        *,
        policy_id: str,
        region: str,
        email: str,
        plan_id: str | None = None,
        time_zone: str | None = None,
    ) -> Account:
        """Open an account. Needs: service key with `accounts:write`."""
        return self._answer(
            operations.OPEN_ACCOUNT,
            body=without_nulls(
                {
                    "account_id": account_id,
                    "policy_id": policy_id,
                    "region": region,
                    "email": email,
                    "plan_id": plan_id,
                    "time_zone": time_zone,
                }
            ),
        )

    def list_accounts(
        self,
        *,
        email: str | None = None,
        external_id: str | None = None,
        policy_id: str | None = None,
        plan_id: str | None = None,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[Accounts, Account]:
        """Accounts, newest first; filters are exact, and a page may be short and not the last.

        Needs: service key with `read`.
        """
        return self._pages(
            operations.LIST_ACCOUNTS,
            query={
                "email": email,
                "external_id": external_id,
                "policy_id": policy_id,
                "plan_id": plan_id,
                "state": state,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def read_account(
        self,
        account_id: str,
    ) -> Account:
        """Read an account. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_ACCOUNT,
            path={
                "account_id": account_id,
            },
        )

    def change_account(
        self,
        account_id: str,
        *,
        email: str | Unset | None = UNSET,
        time_zone: str | Unset | None = UNSET,
        plan_id: str | Unset | None = UNSET,
        external_id: str | Unset | None = UNSET,
        metadata: Mapping[str, str] | Unset | None = UNSET,
        notifications: NotificationsBody | Unset | None = UNSET,
    ) -> Account:
        """Change an account: its address and names, time zone, mails, and the plan that was agreed on.

        Needs: service key with `accounts:write`.
        """
        return self._answer(
            operations.CHANGE_ACCOUNT,
            path={
                "account_id": account_id,
            },
            body=as_given(
                {
                    "email": email,
                    "time_zone": time_zone,
                    "plan_id": plan_id,
                    "external_id": external_id,
                    "metadata": metadata,
                    "notifications": notifications,
                }
            ),
        )

    def close_account(
        self,
        account_id: str,
        reason: str,
    ) -> Account:
        """Close an account for good: nothing is burned, bought or charged any more; closed already, nothing changes.

        Needs: service key with `accounts:write`.
        """
        return self._answer(
            operations.CLOSE_ACCOUNT,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "reason": reason,
                }
            ),
        )

    def erase_account(
        self,
        account_id: str,
    ) -> Account:
        """Take everything that names a person out of a closed account: begun here, done by the schedule.

        Needs: service key with `accounts:write`.
        """
        return self._answer(
            operations.ERASE_ACCOUNT,
            path={
                "account_id": account_id,
            },
        )

    def read_balance(
        self,
        account_id: str,
        *,
        unit: str | None = None,
    ) -> Balance:
        """Read the balance of one unit. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_BALANCE,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
            },
        )

    def list_entries(
        self,
        account_id: str,
        *,
        unit: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
        reference: str | None = None,
    ) -> Pages[Entries, Entry]:
        """Read the statement of one unit, newest first; with filters a page may be short, or empty, and not the last.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.LIST_ENTRIES,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
                "limit": limit,
                "cursor": cursor,
                "kind": kind,
                "from": from_,
                "to": to,
                "reference": reference,
            },
        )

    def export_entries(
        self,
        account_id: str,
        *,
        unit: str | None = None,
        cursor: str | None = None,
    ) -> Pages[CsvPage, str]:
        """The statement of one unit as CSV, newest first, at most a thousand lines a call.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.EXPORT_ENTRIES,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
                "cursor": cursor,
            },
        )

    def grant_credits(
        self,
        account_id: str,
        credits: int,
        *,
        kind: Literal["promotional"] = "promotional",
        reason: str,
        unit: str | None = None,
        effective_at: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Granted:
        """Grant promotional credits. Needs: service key with `credits:grant`."""
        return self._answer(
            operations.GRANT_CREDITS,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                    "kind": kind,
                    "reason": reason,
                    "unit": unit,
                    "effective_at": effective_at,
                    "expires_at": expires_at,
                    "metadata": metadata,
                }
            ),
            key=idempotency_key,
        )

    def read_lot(
        self,
        account_id: str,
        lot_id: str,
    ) -> OneLot:
        """Read a lot, and what became of its credits. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_LOT,
            path={
                "account_id": account_id,
                "lot_id": lot_id,
            },
        )

    def void_lot(
        self,
        account_id: str,
        lot_id: str,
        reason: str,
        *,
        credits: int | None = None,
        idempotency_key: str | None = None,
    ) -> Voided:
        """Take back what is unused of a lot; what was burned or is held stays.

        Needs: service key with `credits:grant`.
        """
        return self._answer(
            operations.VOID_LOT,
            path={
                "account_id": account_id,
                "lot_id": lot_id,
            },
            body=without_nulls(
                {
                    "reason": reason,
                    "credits": credits,
                }
            ),
            key=idempotency_key,
        )

    def read_entry(
        self,
        account_id: str,
        entry_id: str,
    ) -> Entry:
        """Read an entry, with its draws and how its credits were calculated.

        Needs: member of the account or service key with `read`.
        """
        return self._answer(
            operations.READ_ENTRY,
            path={
                "account_id": account_id,
                "entry_id": entry_id,
            },
        )

    def check_credits(
        self,
        account_id: str,
        credits: int | None = None,
        *,
        usage: UsageBody | None = None,
        unit: str | None = None,
    ) -> Checked:
        """What a consume would answer now: burns nothing, promises nothing.

        Needs: service key with `credits:consume` or service key with `read`.
        """
        return self._answer(
            operations.CHECK_CREDITS,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                    "usage": usage,
                    "unit": unit,
                }
            ),
        )

    def consume_credits(
        self,
        account_id: str,
        credits: int | None = None,
        *,
        usage: UsageBody | None = None,
        unit: str | None = None,
        reference: str | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Consumed:
        """Burn credits. Needs: service key with `credits:consume`."""
        return self._answer(
            operations.CONSUME_CREDITS,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                    "usage": usage,
                    "unit": unit,
                    "reference": reference,
                    "metadata": metadata,
                }
            ),
            key=idempotency_key,
        )

    def consume_batch(
        self,
        account_id: str,
        items: Sequence[BatchItemBody],
        *,
        idempotency_key: str | None = None,
    ) -> ConsumedBatch:
        """Burn many items in order, each by its own key; or all of them at once, as one burn under one key.

        Needs: service key with `credits:consume`.
        """
        return self._answer(
            operations.CONSUME_BATCH,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "items": items,
                }
            ),
            key=idempotency_key,
        )

    def hold_credits(
        self,
        account_id: str,
        credits: int | None = None,
        *,
        usage: UsageBody | None = None,
        unit: str | None = None,
        ttl_seconds: int | None = None,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> Held:
        """Set credits aside. Needs: service key with `credits:consume`."""
        return self._answer(
            operations.HOLD_CREDITS,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                    "usage": usage,
                    "unit": unit,
                    "ttl_seconds": ttl_seconds,
                    "reference": reference,
                }
            ),
            key=idempotency_key,
        )

    def hold(
        self,
        account_id: str,
        credits: int | None = None,
        *,
        usage: UsageBody | None = None,
        unit: str | None = None,
        ttl_seconds: int | None = None,
        reference: str | None = None,
        idempotency_key: str | None = None,
    ) -> Hold:
        """Set credits aside for a block of work: `with` makes the hold, `hold.capture(n)` burns n of it and gives the
        rest back, and the block's end gives back what was never captured, also when the block raises.
        """
        return Hold(
            self,
            account_id,
            partial(
                self.hold_credits,
                account_id,
                credits=credits,
                usage=usage,
                unit=unit,
                ttl_seconds=ttl_seconds,
                reference=reference,
            ),
            idempotency_key,
        )

    def list_holds(
        self,
        account_id: str,
        *,
        unit: str | None = None,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[Holds, OneHold]:
        """Holds of one unit, newest first; without a state, or of one that is not open, a page may be short and not the
        last. Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.LIST_HOLDS,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
                "state": state,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def capture_hold(
        self,
        account_id: str,
        hold_id: str,
        credits: int,
        *,
        idempotency_key: str | None = None,
    ) -> Resolved:
        """Burn some of a hold and give the rest back. Needs: service key with `credits:consume`."""
        return self._answer(
            operations.CAPTURE_HOLD,
            path={
                "account_id": account_id,
                "hold_id": hold_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                }
            ),
            key=idempotency_key,
        )

    def release_hold(
        self,
        account_id: str,
        hold_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> Resolved:
        """Give a hold back. Needs: service key with `credits:consume`."""
        return self._answer(
            operations.RELEASE_HOLD,
            path={
                "account_id": account_id,
                "hold_id": hold_id,
            },
            key=idempotency_key,
        )

    def read_hold(
        self,
        account_id: str,
        hold_id: str,
    ) -> OneHold:
        """Read a hold, and what became of it. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_HOLD,
            path={
                "account_id": account_id,
                "hold_id": hold_id,
            },
        )

    def read_offers(
        self,
        account_id: str,
        *,
        planned: int | None = None,
        planned_periods: int | None = None,
    ) -> Offers:
        """What this account may buy, with advice from its own usage and from what it plans.

        Needs: member of the account or service key with `read`.
        """
        return self._answer(
            operations.READ_OFFERS,
            path={
                "account_id": account_id,
            },
            query={
                "planned": planned,
                "planned_periods": planned_periods,
            },
        )

    def quote_item(
        self,
        account_id: str,
        item: TopUp | PlanChange | CustomPayment,
    ) -> Quote:
        """The order summary of an item, without effect.

        Needs: member of the account or service key with `purchases:write`.
        """
        return self._answer(
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

    def create_purchase(
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
        return self._answer(
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

    def recheck_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """Ask the gateway again and settle what it says.

        Needs: member of the account or service key with `purchases:write`.
        """
        return self._answer(
            operations.RECHECK_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    def abandon_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """The buyer closed the window: end the checkout.

        Needs: member of the account or service key with `purchases:write`.
        """
        return self._answer(
            operations.ABANDON_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    def change_plan(
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
        return self._answer(
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

    def cancel_plan(
        self,
        account_id: str,
    ) -> Account:
        """Cancel the plan by the policy's rule; cancelled already, nothing changes. Needs: member of the account."""
        return self._answer(
            operations.CANCEL_PLAN,
            path={
                "account_id": account_id,
            },
        )

    def resume_plan(
        self,
        account_id: str,
    ) -> Account:
        """Go on with the plan after all: take a cancellation or a change that waits back.

        Needs: member of the account.
        """
        return self._answer(
            operations.RESUME_PLAN,
            path={
                "account_id": account_id,
            },
        )

    def read_auto_top_up(
        self,
        account_id: str,
    ) -> AutoTopUp:
        """Automatic purchase: its switch, what the next one costs, what the credit period has used.

        Needs: member of the account or service key with `read`.
        """
        return self._answer(
            operations.READ_AUTO_TOP_UP,
            path={
                "account_id": account_id,
            },
        )

    def switch_auto_top_up(
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
        return self._answer(
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
    ) -> Pages[AutoTopUpHistory, AutoEvent]:
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

    def list_purchases(
        self,
        account_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
    ) -> Pages[Purchases, Purchase]:
        """List purchases, newest first. Needs: member of the account or service key with `read`."""
        return self._pages(
            operations.LIST_PURCHASES,
            path={
                "account_id": account_id,
            },
            query={
                "limit": limit,
                "cursor": cursor,
                "state": state,
                "kind": kind,
                "from": from_,
                "to": to,
            },
        )

    def export_purchases(
        self,
        account_id: str,
        *,
        cursor: str | None = None,
        state: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
    ) -> Pages[CsvPage, str]:
        """Purchases as CSV, newest first, at most a thousand a call.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.EXPORT_PURCHASES,
            path={
                "account_id": account_id,
            },
            query={
                "cursor": cursor,
                "state": state,
                "kind": kind,
                "from": from_,
                "to": to,
            },
        )

    def read_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """Read a purchase. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    def refund_purchase(
        self,
        account_id: str,
        purchase_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> Refunded:
        """Pay the unused credits of a purchase back, where its policy allows it.

        Needs: member of the account or service key with `purchases:write`.
        """
        return self._answer(
            operations.REFUND_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
            key=idempotency_key,
        )

    def read_invoice(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Invoice:
        """The gateway's invoice of a purchase. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_INVOICE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    def read_evidence(
        self,
        account_id: str,
        purchase_id: str,
        *,
        cursor: str | None = None,
    ) -> Evidence:
        """What answers a chargeback: consent, order, delivery, and the use of exactly these credits.

        Needs: member of the account or service key with `read`.
        """
        return self._answer(
            operations.READ_EVIDENCE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
            query={
                "cursor": cursor,
            },
        )

    def read_billing_details(
        self,
        account_id: str,
    ) -> BillingDetails:
        """To whom invoices are made out. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_BILLING_DETAILS,
            path={
                "account_id": account_id,
            },
        )

    def fill_in_billing_details(
        self,
        account_id: str,
        name: str,
        *,
        email: str,
        address: AddressBody,
        phone: str | Unset | None = UNSET,
        tax_id: str | Unset | None = UNSET,
        purchase_order: str | Unset | None = UNSET,
        receipt_email: str | Unset | None = UNSET,
        shipping: AddressBody | Unset | None = UNSET,
    ) -> BillingDetails:
        """Fill in to whom invoices are made out; those made before keep theirs. Needs: member of the account."""
        return self._answer(
            operations.FILL_IN_BILLING_DETAILS,
            path={
                "account_id": account_id,
            },
            body=as_given(
                {
                    "name": name,
                    "email": email,
                    "address": address,
                    "phone": phone,
                    "tax_id": tax_id,
                    "purchase_order": purchase_order,
                    "receipt_email": receipt_email,
                    "shipping": shipping,
                }
            ),
        )

    def list_payment_methods(
        self,
        account_id: str,
    ) -> PaymentMethods:
        """The cards on file. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.LIST_PAYMENT_METHODS,
            path={
                "account_id": account_id,
            },
        )

    def set_up_payment_method(
        self,
        account_id: str,
        *,
        success_url: str | None = None,
        cancel_url: str | None = None,
    ) -> SetupStarted:
        """Open the gateway's page on which a card is added; it becomes the default. Needs: member of the account."""
        return self._answer(
            operations.SET_UP_PAYMENT_METHOD,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                }
            ),
        )

    def choose_payment_method(
        self,
        account_id: str,
        payment_method: str,
    ) -> PaymentMethods:
        """Make a card the default; another than the one that failed lifts that pause. Needs: member of the account."""
        return self._answer(
            operations.CHOOSE_PAYMENT_METHOD,
            path={
                "account_id": account_id,
            },
            body=as_given(
                {
                    "payment_method": payment_method,
                }
            ),
        )

    def remove_payment_method(
        self,
        account_id: str,
        payment_method: str,
    ) -> PaymentMethods:
        """Take a card off file; where it was the default, the newest of the others that has not expired is the next.

        Needs: member of the account.
        """
        return self._answer(
            operations.REMOVE_PAYMENT_METHOD,
            path={
                "account_id": account_id,
                "payment_method": payment_method,
            },
        )

    def make_portal_link(
        self,
        account_id: str,
        role: Literal["owner", "admin", "billing", "operator", "member"],
        *,
        actor: str | None = None,
        return_url: str | None = None,
        locale: str | None = None,
    ) -> PortalLink:
        """A link to the account's billing page, for one person with one role.

        Needs: service key with `portal:write`.
        """
        return self._answer(
            operations.MAKE_PORTAL_LINK,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "role": role,
                    "actor": actor,
                    "return_url": return_url,
                    "locale": locale,
                }
            ),
        )

    def revoke_portal_sessions(
        self,
        account_id: str,
    ) -> PortalRevoked:
        """End every session of the account's billing page, and every link that was not opened yet.

        Needs: service key with `portal:write`.
        """
        return self._answer(
            operations.REVOKE_PORTAL_SESSIONS,
            path={
                "account_id": account_id,
            },
        )

    def make_endpoint(
        self,
        url: str,
        *,
        types: Sequence[str],
        email: str | None = None,
    ) -> NewEndpoint:
        """Make an endpoint, to which events are sent as signed calls; its secret is shown here and never again.

        Needs: service key with `endpoints:write`.
        """
        return self._answer(
            operations.MAKE_ENDPOINT,
            body=without_nulls(
                {
                    "url": url,
                    "types": types,
                    "email": email,
                }
            ),
        )

    def list_endpoints(self) -> Endpoints:
        """All endpoints, the oldest first. Needs: service key with `endpoints:write`."""
        return self._answer(
            operations.LIST_ENDPOINTS,
        )

    def read_endpoint(
        self,
        endpoint_id: str,
    ) -> Endpoint:
        """Read an endpoint. Needs: service key with `endpoints:write`."""
        return self._answer(
            operations.READ_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
        )

    def change_endpoint(
        self,
        endpoint_id: str,
        *,
        url: str | Unset | None = UNSET,
        types: Sequence[str] | Unset | None = UNSET,
        state: Literal["enabled", "disabled"] | Unset | None = UNSET,
        email: str | Unset | None = UNSET,
    ) -> Endpoint:
        """Change an endpoint, or switch it off or on. Needs: service key with `endpoints:write`."""
        return self._answer(
            operations.CHANGE_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
            body=as_given(
                {
                    "url": url,
                    "types": types,
                    "state": state,
                    "email": email,
                }
            ),
        )

    def delete_endpoint(
        self,
        endpoint_id: str,
    ) -> EndpointDeleted:
        """Take an endpoint away; what is still to be sent to it is not. Needs: service key with `endpoints:write`."""
        return self._answer(
            operations.DELETE_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
        )

    def rotate_endpoint_secret(
        self,
        endpoint_id: str,
        *,
        overlap_seconds: int | None = None,
    ) -> NewEndpoint:
        """Make another secret of an endpoint; those before go on signing for a day.

        Needs: service key with `endpoints:write`.
        """
        return self._answer(
            operations.ROTATE_ENDPOINT_SECRET,
            path={
                "endpoint_id": endpoint_id,
            },
            body=without_nulls(
                {
                    "overlap_seconds": overlap_seconds,
                }
            ),
        )

    def list_endpoint_deliveries(
        self,
        endpoint_id: str,
        *,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[EndpointDeliveries, EndpointDelivery]:
        """What was sent to an endpoint and what is to be, newest event first.

        Needs: service key with `endpoints:write`.
        """
        return self._pages(
            operations.LIST_ENDPOINT_DELIVERIES,
            path={
                "endpoint_id": endpoint_id,
            },
            query={
                "state": state,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def send_delivery_again(
        self,
        endpoint_id: str,
        delivery_id: str,
    ) -> EndpointDelivery:
        """Send an event to an endpoint once more, under the same webhook-id.

        Needs: service key with `endpoints:write`.
        """
        return self._answer(
            operations.SEND_DELIVERY_AGAIN,
            path={
                "endpoint_id": endpoint_id,
                "delivery_id": delivery_id,
            },
        )

    def read_report(
        self,
        report: Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"],
        *,
        month: str,
        currency: str | None = None,
        cursor: str | None = None,
    ) -> Pages[Report, ReportLine]:
        """A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months
        never change. Needs: service key with `reports:read`.
        """
        return self._pages(
            operations.READ_REPORT,
            path={
                "report": report,
            },
            query={
                "month": month,
                "currency": currency,
                "cursor": cursor,
            },
        )

    def read_report_csv(
        self,
        report: Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"],
        *,
        month: str,
        currency: str | None = None,
        cursor: str | None = None,
    ) -> Pages[CsvPage, str]:
        """A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months
        never change. Needs: service key with `reports:read`.
        """
        return self._pages(
            operations.READ_REPORT_CSV,
            path={
                "report": report,
            },
            query={
                "month": month,
                "currency": currency,
                "cursor": cursor,
            },
        )

    def read_openapi(self) -> dict[str, Any]:
        """This document. No token."""
        return self._answer(
            operations.READ_OPENAPI,
        )
