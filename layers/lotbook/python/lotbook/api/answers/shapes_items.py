"""What was ordered, as answers show it: one shape a kind, as in requests."""

from __future__ import annotations

from typing import Literal, TypedDict


class _ByNumberOrPack(TypedDict, total=False):
    """Credits by number or as a pack."""

    credits: int
    pack_id: str


class TopUpItem(_ByNumberOrPack):
    """Credits, as they were asked for: `credits` or `pack_id`."""

    kind: Literal["top_up"]


class PlanItem(_ByNumberOrPack):
    """A move to another plan; with `credits` or `pack_id` when extra credits are in the same order."""

    kind: Literal["plan"]
    plan_id: str


class PlanRenewalItem(TypedDict):
    """A plan's next period, which the gateway charges."""

    kind: Literal["plan_renewal"]
    plan_id: str


class AutoTopUpItem(TypedDict):
    """Credits that automatic purchase ordered."""

    kind: Literal["auto_top_up"]
    credits: int


class CustomPaymentItem(TypedDict):
    """A payment that adds no credits."""

    kind: Literal["custom_payment"]
    amount_minor: int
    remark: str


Item = TopUpItem | PlanItem | PlanRenewalItem | AutoTopUpItem | CustomPaymentItem
