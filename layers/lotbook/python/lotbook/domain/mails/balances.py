"""The letters that state a balance: low, used up, about to expire. They state what is left when they are written, or nothing at all."""

from __future__ import annotations

from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.letters import Count, Day, Figure, Letter, Moment, Percent, Unit, Value
from lotbook.domain.news.alerts import EXHAUSTED, is_reached
from lotbook.domain.news.notices import left_to_expire
from lotbook.domain.sales.auto_top_ups import Charge, Need, decided


def low(grounds: Grounds) -> Letter | None:
    """With what is left now. Of the levels that are reached by now the highest alone: one mail tells them all."""
    unit, level, of = grounds.detail["unit"], grounds.detail["used_percent"], grounds.detail["of_credits"]
    levels = (*grounds.policy.alerts.purchased_used_percent, EXHAUSTED)
    further = (each for each in levels if each > level)
    if _is_held_up(grounds) or not _is_so(grounds, level) or any(_is_so(grounds, each) for each in further):
        return None
    left, base = Count(grounds.spendable, unit), Count(of, unit)
    used = Percent(level)
    facts: dict[str, Value] = {"used": used, "left": left, "base": base, "what": Unit(unit)}
    figures = (Figure("used", facts["used"]), Figure("left", left, is_total=True))
    return Letter("credits_low", facts, ("low",), figures, grounds.button("buy_credits"))


def exhausted(grounds: Grounds) -> Letter | None:
    """Not where the account buys by itself what it lacks: that purchase has a mail of its own, and so has its failure."""
    unit = grounds.detail["unit"]
    if (
        _is_held_up(grounds)
        or not _is_so(grounds, EXHAUSTED)
        or (unit == grounds.policy.units[0] and _buys_by_itself(grounds))
    ):
        return None
    facts: dict[str, Value] = {"credits": Count(0, unit), "what": Unit(unit)}
    return Letter("credits_exhausted", facts, ("exhausted",), (), grounds.button("buy_credits"))


def _is_so(grounds: Grounds, level: int) -> bool:
    """Whether the level is reached still: not when credits came since, or when a period is over whose next one brings some."""
    if grounds.book is None or grounds.book.renews_at <= grounds.now or grounds.base_seq > grounds.detail["seq"]:
        return False
    return is_reached(level, grounds.spendable, grounds.detail.get("of_credits", 0))


def _is_held_up(grounds: Grounds) -> bool:
    """Paused, or waiting for another card: that has a mail with the way to mend it. What was lent may just be gone, too."""
    auto = grounds.account.auto
    return grounds.account.state == "paused" or (auto is not None and auto.suspended is not None)


def _buys_by_itself(grounds: Grounds) -> bool:
    verdict = decided(grounds.policy, grounds.account, Need(0), grounds.now, is_on=grounds.automatic_is_on)
    return isinstance(verdict, Charge) or verdict == "charging"


def expiring(grounds: Grounds) -> Letter | None:
    """Of what is left of the lot now."""
    unit, lot_id = grounds.detail["unit"], grounds.detail["lot_id"]
    left = left_to_expire(grounds.book, unit, lot_id, grounds.now) if grounds.book else None
    if left is None:
        return None
    expires = left.expires_at
    facts: dict[str, Value] = {
        "credits": Count(left.credits, unit),
        "expires": Moment(expires),
        "day": Day(expires),
    }
    figures = (Figure("expiring", facts["credits"]), Figure("expires", facts["expires"]))
    return Letter("credits_expiring", facts, ("expiring",), figures, grounds.button("see_credits"))
