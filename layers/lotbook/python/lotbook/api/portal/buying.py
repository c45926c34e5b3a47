"""The wizard: plan, credits, review, payment (IS-09, NP-05..24, MK-11..13, GC-02, DF-02..04). Each step is an address of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from lotbook.api.portal import sentences
from lotbook.api.portal.choices import CUSTOM, Choice
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.values.errors import (
    AmountNotChargeable,
    ConsentRequired,
    InvalidRequest,
    Outcome,
    QuantityNotAllowed,
    UnknownPack,
)
from lotbook.domain.values.light_dataclasses import dataclass, field

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.api.rendering.formats import Formats
    from lotbook.domain.sales.offers import Offers
    from lotbook.domain.sales.quotes import Quote
    from lotbook.usecases.accounts.load_account import LoadedAccount

# What a step says of a field instead of going on; everything else is a page of its own.
OF_A_FIELD = (InvalidRequest, QuantityNotAllowed, UnknownPack, AmountNotChargeable, ConsentRequired)
STEPS = ("Plan", "Credits", "Review", "Payment")


@dataclass(frozen=True)
class Shop:
    """What every step of the wizard shows around its own part."""

    loaded: LoadedAccount
    offers: Offers
    choice: Choice
    visit: Visit
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def formats(self) -> Formats:
        """How figures look to this visitor."""
        return self.visit.formats(self.loaded)

    @property
    def has_plan_step(self) -> bool:
        """Whether the policy asks for the plan first (NP-07)."""
        return self.loaded.policy.checkout_flow.plan_step

    def step(self, template: str, name: str, status: int = 200, **more: Any) -> Page:
        """One step's page."""
        values = {
            "offers": self.offers,
            "choice": self.choice,
            "steps": STEPS if self.has_plan_step else STEPS[1:],
            "step": name,
            "errors": self.errors,
            "section": f"{ROOT}/buy",
            "unit": self.loaded.policy.units[0].replace("_", " "),
            "present": self.loaded.account.plan_id,
            "currency": self.loaded.account.currency,
            "why_not": sentences.of(self.offers.top_up.reason) if self.offers.top_up.reason else None,
            **more,
        }
        return Page(template, self.loaded, values, status)


def plan_step(shop: Shop) -> Page:
    """Choose a plan: the present one to buy credits on it, another one, or an amount of one's own (NP-08..13)."""
    return shop.step("buy_plan.html", "Plan")


def credits_step(shop: Shop, summary: Quote | None, status: int = 200) -> Page:
    """Choose how many; the summary of what is chosen already stands beside it."""
    plan = next((plan for plan in shop.offers.plans if plan.plan_id == shop.choice.plan), None)
    sizes = shop.loaded.policy.advice.sizes if shop.choice.plan != CUSTOM else ()
    values = {"plan": plan, "summary": summary, "sizes": sizes, "first": first_number(shop.offers)}
    return shop.step("buy_credits.html", "Credits", status, **values)


def review_step(shop: Shop, summary: Quote, key: str, status: int = 200) -> Page:
    """What it comes to, and the consent, anew each time (NP-16, NP-20, NP-21)."""
    back = f"{ROOT}/buy?{urlencode({**shop.choice.kept, 'step': 'credits'})}"
    values = {
        "summary": summary,
        "key": key,
        "back": back,
        "refunds": shop.loaded.policy.refunds,
        "reason": sentences.of(summary.reason) if summary.reason else None,
        "plan": next((plan for plan in shop.offers.plans if plan.plan_id == shop.choice.plan), None),
    }
    return shop.step("buy_review.html", "Review", status, **values)


def first_number(offers: Offers) -> int | None:
    """The least that can be bought, to begin with."""
    rule = offers.top_up
    if rule.mode != "quantity" or rule.min is None or rule.step is None:
        return None
    return -(-rule.min // rule.step) * rule.step


def told(outcome: Outcome, formats: Formats, currency: str) -> dict[str, str]:
    """What is wrong, by its field."""
    data = outcome.data
    match outcome:
        case InvalidRequest():
            return {each["field"]: each["message"] for each in data["errors"]}
        case QuantityNotAllowed():
            return {"credits": _quantity(data, formats)}
        case AmountNotChargeable():
            least, most = data.get("min_minor"), data.get("max_minor")
            if least is None or most is None:
                return {"credits": "This amount cannot be charged. Please choose another one."}
            limits = f"between {formats.money(least, currency)} and {formats.money(most, currency)}"
            return dict.fromkeys(("credits", "amount"), f"The total must be {limits}.")
        case ConsentRequired():
            return {"consent": "Please accept the refund policy: each purchase needs it anew."}
    return {"pack": "Choose one of these packages."}


def _quantity(data: Mapping[str, Any], formats: Formats) -> str:
    least, most, step = data.get("min"), data.get("max"), data.get("step") or 1
    if least is None:
        return "Choose one of these packages."
    up_to = f" and at most {formats.number(most)}" if most is not None else ""
    in_steps = f", in steps of {formats.number(step)}" if step > 1 else ""
    return f"Choose at least {formats.number(least)}{up_to}{in_steps}."
