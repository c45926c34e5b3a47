"""The calls of the async client: billing.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.bodies import AddressBody
from lotbook_client.calls import UNSET, Unset, as_given, without_nulls
from lotbook_client.models import BillingDetails, PaymentMethods, SetupStarted


class AsyncBillingCalls(AsyncCore):
    """A method for each operation."""

    async def read_billing_details(
        self,
        account_id: str,
    ) -> BillingDetails:
        """To whom invoices are made out. Needs: member of the account or service key with `read`."""
        return await self._answer(
            operations.READ_BILLING_DETAILS,
            path={
                "account_id": account_id,
            },
        )

    async def fill_in_billing_details(
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
        return await self._answer(
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

    async def list_payment_methods(
        self,
        account_id: str,
    ) -> PaymentMethods:
        """The cards on file. Needs: member of the account or service key with `read`."""
        return await self._answer(
            operations.LIST_PAYMENT_METHODS,
            path={
                "account_id": account_id,
            },
        )

    async def set_up_payment_method(
        self,
        account_id: str,
        *,
        success_url: str | None = None,
        cancel_url: str | None = None,
    ) -> SetupStarted:
        """Open the gateway's page on which a card is added; it becomes the default. Needs: member of the account."""
        return await self._answer(
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

    async def choose_payment_method(
        self,
        account_id: str,
        payment_method: str,
    ) -> PaymentMethods:
        """Make a card the default; another than the one that failed lifts that pause. Needs: member of the account."""
        return await self._answer(
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

    async def remove_payment_method(
        self,
        account_id: str,
        payment_method: str,
    ) -> PaymentMethods:
        """Take a card off file; where it was the default, the newest of the others that has not expired is the next.

        Needs: member of the account.
        """
        return await self._answer(
            operations.REMOVE_PAYMENT_METHOD,
            path={
                "account_id": account_id,
                "payment_method": payment_method,
            },
        )
