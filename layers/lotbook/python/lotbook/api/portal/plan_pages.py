"""Plans side by side, and before each change a page that says what happens, when, to which credits, for how much.

IS-15..21, IS-56..58, MK-40..43, NP-12, NP-13, GC-06, GC-21, GC-22, DF-20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lotbook.api.portal import sentences
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.sales.eligibility import is_buyer
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.sales.cards import Card
    from lotbook.domain.sales.quotes import Quote
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.accounts.read_account import AccountView
    from lotbook.usecases.portal.plan_choices import PlanChoice

HERE = f"{ROOT}/plans"
DONE = {
    "changed": "Your plan was changed.",
    "scheduled": "The change is noted. Until then everything stays as it is.",
    "cancelled": "The cancellation is noted.",
    "kept": "You keep your plan.",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do. `summary` None: nothing is charged now. `card`: the one that is charged; None: a page asks for one."""

    choice: PlanChoice
    summary: Quote | None
    card: Card | None
    key: str


def can_cancel(loaded: LoadedAccount, view: AccountView, visit: Visit) -> bool:
    """Whether there is something to cancel, for somebody who may."""
    account, rule = loaded.account, loaded.policy.plan_change.cancellation
    may = is_buyer(loaded.policy, account.account_id, visit.caller) and account.state != "closed"
    return may and account.plan_renews and view.cancel_at is None and rule.when != "never"


def listing(choices: Sequence[PlanChoice], view: AccountView, loaded: LoadedAccount, visit: Visit) -> Page:
    """All plans."""
    policy, account = loaded.policy, loaded.account
    may = is_buyer(policy, account.account_id, visit.caller) and account.state != "closed"
    waits = view.cancel_at is not None or view.next_plan is not None
    values = {
        "choices": choices,
        "view": view,
        "policy": policy,
        "unit": policy.units[0].replace("_", " "),
        "currency": account.currency,
        "done": DONE.get(visit.query.get("done", "")),
        "can_cancel": can_cancel(loaded, view, visit),
        "can_keep": may and waits and (view.cancel_at is None or policy.plan_change.cancellation.resumable),
        "waits": waits,
        "may": may,
    }
    return Page("plans.html", loaded, values)


def change(preview: Preview, loaded: LoadedAccount, *, now: int, error: str | None = None) -> Page:
    """Before the plan is changed."""
    choice, present = preview.choice, loaded.policy.plan(loaded.account.plan_id)
    period = billing_period(present, loaded.account, now)
    refusal = preview.summary.reason if preview.summary is not None and not preview.summary.allowed else None
    values = {
        "choice": choice,
        "present": present,
        "summary": preview.summary,
        "card": preview.card,
        "key": preview.key,
        "effects": list(_effects(choice, loaded)) if choice.change else [],
        "at": period[1] if period and choice.change and choice.change.when == "period_end" else None,
        "consent": loaded.policy.consent if preview.summary else None,
        "error": error,
        "refusal": sentences.of(refusal) if refusal else None,
        "unit": loaded.policy.units[0].replace("_", " "),
        "currency": loaded.account.currency,
        "errors": {"consent": error} if error else {},
        "section": HERE,
    }
    return Page("plan_change.html", loaded, values, status=422 if error else 200)


def _effects(choice: PlanChoice, loaded: LoadedAccount) -> Iterator[str]:
    """What becomes of credits, in words."""
    change, unit = choice.change, loaded.policy.units[0].replace("_", " ")
    if change is None:
        return
    if change.when == "period_end":
        yield f"Until then you keep your present plan and its {unit}."
        yield f"What is left of the present plan's {unit} ends with its period."
        yield f"Bought {unit} keep their number and their end."
        return
    own = {
        "forfeit": f"What is left of the present plan's {unit} is forfeited.",
        "carry": f"What is left of the present plan's {unit} is added to the new plan's.",
        "convert": f"What is left of the present plan's {unit} becomes a discount on the first payment.",
    }
    bought = {
        "keep": f"Bought {unit} keep their number and their end.",
        "carry": f"Bought {unit} go on, and end with the new plan's.",
        "convert": f"Bought {unit} that are left become a discount, too.",
    }
    if change.kind != "first":
        yield own[change.plan_credits]
    yield bought[change.purchased_credits]
    if choice.plan.renews:
        yield "A new billing period begins at once."


def cancellation(loaded: LoadedAccount, view: AccountView, *, now: int) -> Page:
    """Before the plan is cancelled."""
    rule, account = loaded.policy.plan_change.cancellation, loaded.account
    present = loaded.policy.plan(account.plan_id)
    is_unpaid = account.subscription is not None and account.subscription.failed_start is not None
    ends_now = rule.when == "now" or is_unpaid
    period = billing_period(present, account, now)
    values = {
        "present": present,
        "after": loaded.policy.plan(loaded.policy.starting_plan_id),
        "at": None if ends_now or period is None else period[1],
        "is_resumable": rule.resumable and not ends_now,
        "unit": loaded.policy.units[0].replace("_", " "),
        "view": view,
        "section": HERE,
    }
    return Page("plan_cancel.html", loaded, values)
