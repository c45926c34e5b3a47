"""What a buyer has chosen so far, from an address or a form: the wizard keeps it there and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from lotbook.api.requests.burning import MAX_CREDITS
from lotbook.api.requests.schemas import MAX_AMOUNT_MINOR
from lotbook.domain.sales.items import CustomPaymentItem, PackItem, PlanItem, TopUpItem
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.domain.values.money import CURRENCIES

if TYPE_CHECKING:
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.items import Item

CUSTOM = "custom"
MAX_REMARK_CHARACTERS = 500
_NUMBER = re.compile(r"-?[0-9]{1,15}")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,3})?")
FIELDS = ("plan", "credits", "pack", "amount", "remark")


@dataclass(frozen=True, slots=True)
class Choice:
    """As it was sent; `item` reads it. `plan` empty: the present one."""

    plan: str = ""
    credits: str = ""
    pack: str = ""
    amount: str = ""
    remark: str = ""

    @staticmethod
    def of(sent: Mapping[str, str]) -> Choice:
        """From an address or a form."""
        return Choice(**{name: sent.get(name, "").strip() for name in FIELDS})

    @property
    def kept(self) -> dict[str, str]:
        """What the next step's address or form must carry."""
        return {name: getattr(self, name) for name in FIELDS if getattr(self, name)}

    def is_other_plan(self, present: str) -> bool:
        """Whether a plan is bought."""
        return self.plan not in ("", CUSTOM, present)

    def item(self, policy: Policy, present: str, currency: str) -> Item:
        """The item. Raises InvalidRequest naming the field; what may be bought is the quote's business."""
        if self.plan == CUSTOM:
            return CustomPaymentItem(amount_of(self.amount, currency, "amount"), _remark(self.remark))
        if self.is_other_plan(present):
            if policy.top_up.mode == "packs":
                return PlanItem(self.plan, pack_id=self.pack or None)
            return PlanItem(self.plan, credits=_credits(self.credits) if self.credits not in ("", "0") else None)
        if policy.top_up.mode == "packs":
            if not self.pack:
                raise InvalidRequest.of("pack", "missing", "Choose a package.")
            return PackItem(self.pack)
        return TopUpItem(_credits(self.credits))


def _credits(text: str) -> int:
    plain = text.replace(",", "").replace(" ", "")
    if _NUMBER.fullmatch(plain) is None or int(plain) > MAX_CREDITS:
        raise InvalidRequest.of("credits", "number", "Type a whole number, such as 1000.")
    return int(plain)


def amount_of(text: str, currency: str, field: str) -> int:
    """An amount as people type it, in minor units. Raises InvalidRequest naming the field."""
    if _AMOUNT.fullmatch(text) is None:
        raise InvalidRequest.of(field, "amount", "Type an amount, such as 25.00.")
    exact = Decimal(text.replace(",", ".")).scaleb(CURRENCIES[currency].exponent)
    if exact != int(exact) or not 0 < exact <= MAX_AMOUNT_MINOR:
        raise InvalidRequest.of(field, "amount", "This amount does not exist in your currency.")
    return int(exact)


def _remark(text: str) -> str:
    if not text or len(text) > MAX_REMARK_CHARACTERS or not text.isprintable():
        raise InvalidRequest.of("remark", "text", "Say in a line what the payment is for.")
    return text
