"""Which advice to give an account, and why in words: the rules of `advice.py` on the figures of `usage.py`.

Advice refuses nothing (IS-12): every purchase that is on sale stays possible against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from lotbook.domain.advice import rules as advice
from lotbook.domain.advice.rules import Advice
from lotbook.domain.advice.usage import KnownUsage, PeriodUse
from lotbook.domain.policy.document import Policy
from lotbook.domain.values.light_dataclasses import dataclass

AdviceCode = Literal[
    "planned_peak", "event_size", "event_buffer", "steady_use", "running_short", "before_reset", "frequent_purchases"
]
MAX_PLANNED_PERIODS = 12


@dataclass(frozen=True, slots=True)
class Planned:
    """What the account says that it will need: so many credits, in each of so many periods."""

    credits: int
    periods: int = 1


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """One piece of advice with its reason in words."""

    code: AdviceCode
    advice: Advice
    reason: str


def advise(policy: Policy, usage: KnownUsage, planned: Planned | None, now: int) -> tuple[AdviceGiven, ...]:
    """All that there is to say at `now`; what was asked about comes first."""
    asked = _planned(policy, usage.allowance, planned) if planned else ()
    return (*asked, *_by_use(policy, usage, now), *_by_purchases(policy, usage))


def _planned(policy: Policy, allowance: int, planned: Planned) -> Iterator[AdviceGiven]:
    """NP-15, NP-03 where the policy sells by the event; IS-11, IS-13 where a plan has an allowance."""
    rules, unit = policy.advice, _unit(policy)
    size = advice.for_size(policy, planned.credits)
    if size is not None:
        yield AdviceGiven("event_size", size, _size_reason(policy, planned, size))
    if rules.buffer_percent is not None:
        buffered = advice.purchasable(policy, advice.with_buffer(rules, planned.credits))
        reason = f"{planned.credits:,} {unit} and {rules.buffer_percent} % more, for what does not go as planned."
        yield AdviceGiven("event_buffer", Advice("buy", credits=buffered), reason)
    peak = advice.on_shortage(policy, allowance, planned.credits, planned.periods) if allowance else None
    if peak is not None:
        need = f"{planned.credits:,} {unit} are needed and a period brings {allowance:,}"
        told = (
            f"{need}: for {_times(planned.periods)}, buying what is missing is enough."
            if peak.action == "buy"
            else f"{need}: for more than {_times(rules.occasional_periods)}, a higher plan is the better value."
        )
        yield AdviceGiven("planned_peak", peak, told)


def _size_reason(policy: Policy, planned: Planned, size: Advice) -> str:
    unit = _unit(policy)
    if size.plan_id is None:
        return f"For a need of {planned.credits:,} {unit}, {size.credits:,} are the size to buy."
    largest, title = policy.advice.sizes[-1].up_to, policy.plan(size.plan_id).title
    return f"For a need of more than {largest:,} {unit}, buy what it takes, and look at {title}."


def _by_use(policy: Policy, usage: KnownUsage, now: int) -> Iterator[AdviceGiven]:
    """IS-19 from the periods before; IS-11, IS-13 and IS-14 from the present one."""
    steady = advice.on_steady_use(policy, usage.allowance, usage.past)
    if steady is not None:
        rules = policy.advice
        reason = (
            f"At least {rules.steady_use_percent} % of the {usage.allowance:,} {_unit(policy)} of a period were used "
            f"in each of the last {rules.steady_periods} periods: a higher plan is the better value."
        )
        yield AdviceGiven("steady_use", steady, reason)
    present = usage.present
    if present is None:
        return
    short = _bridge(policy, present, now) or _running_short(policy, usage, present, now)
    if short is not None and not (steady is not None and short.advice.action == "upgrade"):
        yield short


def _bridge(policy: Policy, present: PeriodUse, now: int) -> AdviceGiven | None:
    expected = present.expected(now)
    bridge = advice.before_reset(policy, present.available, expected, now=now, resets_at=present.end)
    if bridge is None:
        return None
    reason = (
        f"About {expected:,} {_unit(policy)} more will be used until the reset and {present.available:,} are left: "
        "a small purchase bridges the days between."
    )
    return AdviceGiven("before_reset", bridge, reason)


def _running_short(policy: Policy, usage: KnownUsage, present: PeriodUse, now: int) -> AdviceGiven | None:
    """The period's own credits are used up, and what is left will not last until the next ones come."""
    expected = present.expected(now)
    if not usage.allowance or present.allowance_left or expected <= present.available:
        return None
    periods = 1
    for used in reversed(usage.past):
        if used < usage.allowance:
            break
        periods += 1
    needed = present.used + expected
    short = advice.on_shortage(policy, present.used + present.available, needed, periods)
    if short is None:
        return None
    unit = _unit(policy)
    use = f"At this rate about {needed:,} {unit} are used in this period, which brought {usage.allowance:,}"
    if short.action == "buy":
        only_now = Advice("buy", credits=advice.purchasable(policy, expected - present.available))
        return AdviceGiven(
            "running_short", only_now, f"{use}: a peak of {_times(periods)} is met by buying what is missing."
        )
    return AdviceGiven(
        "running_short", short, f"{use}, for {_times(periods)} in a row: a higher plan is the better value."
    )


def _by_purchases(policy: Policy, usage: KnownUsage) -> Iterator[AdviceGiven]:
    frequent = advice.on_frequent_purchases(policy, usage.top_ups)
    if frequent is not None:
        reason = f"{usage.top_ups} or more top-ups in one period: another plan may cost less."
        yield AdviceGiven("frequent_purchases", frequent, reason)


def _unit(policy: Policy) -> str:
    return policy.units[0].replace("_", " ")


def _times(periods: int) -> str:
    return "one period" if periods == 1 else f"{periods} periods"
