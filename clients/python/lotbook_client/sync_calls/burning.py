"""The calls of the sync client: burning.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from lotbook_client import operations
from lotbook_client.bodies import BatchItemBody, UsageBody
from lotbook_client.calls import without_nulls
from lotbook_client.holds import Hold
from lotbook_client.models import Checked, Consumed, ConsumedBatch, Held, Holds, OneHold, Resolved
from lotbook_client.pages import Pages
from lotbook_client.synchronous import Core


class BurningCalls(Core):
    """A method for each operation."""

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
