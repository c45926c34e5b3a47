"""A much simpler account than the product's: one dict of lots, changed at once, nobody else there, nothing that can fail.

It knows what credits are worth and to whom they go, and nothing of books, tapes, receipts, turns, ledgers or retries.
Instants are milliseconds. `Refusal` stands for the product's errors by their code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lotbook.domain.credits.lots import Lot

Draws = list[tuple[str, int]]


class Refusal(Exception):
    """What the product would refuse with this code and data."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code, self.data = code, data


@dataclass
class Pile:
    """A lot: what it was, what is left, and where the rest went."""

    lot: Lot
    left: int
    expired: int = 0
    taken: int = 0
    is_frozen: bool = False


@dataclass
class Held:
    """A hold: what it drew, and what became of it."""

    draws: Draws
    due: int
    state: str = "open"
    decision: tuple[str, int] | None = None
    captured: int = 0


@dataclass
class Model:
    """The account."""

    now: int
    debt: int = 0
    paused: bool = False
    piles: dict[str, Pile] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    used: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # key -> kind, credits, available after
    claims: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    causes: set[tuple[str, str, bool]] = field(default_factory=set)
    verdicts: dict[str, str] = field(default_factory=dict)

    # --- time ----------------------------------------------------------------------------------------------------

    def at(self, now: int) -> None:
        """Time goes on: what is dead is gone, then holds that are over give back, then what came for the dead is gone."""
        self.now = now
        self.expire()
        for held in sorted((h for h in self.holds.values() if h.state == "open" and h.due <= now), key=lambda h: h.due):
            self.close(held, "lapsed", 0)

    def expire(self) -> None:
        for pile in self.piles.values():
            if pile.lot.expires_at is not None and pile.lot.expires_at <= self.now:
                pile.expired, pile.left = pile.expired + pile.left, 0

    # --- what there is -------------------------------------------------------------------------------------------

    def spendable(self) -> list[Pile]:
        """In burn order."""
        piles = [p for p in self.piles.values() if p.left and not p.is_frozen and p.lot.effective_at <= self.now]
        never = 2**60
        return sorted(
            piles,
            key=lambda p: (p.lot.rank, p.lot.expires_at or never, p.lot.created_at, p.lot.lot_id),
        )

    @property
    def available(self) -> int:
        return sum(pile.left for pile in self.spendable())

    @property
    def frozen(self) -> int:
        return sum(pile.left for pile in self.piles.values() if pile.is_frozen)

    @property
    def waiting(self) -> int:
        return sum(p.left for p in self.piles.values() if not p.is_frozen and p.lot.effective_at > self.now)

    @property
    def held(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for held in self.holds.values():
            for lot_id, credits in held.draws if held.state == "open" else ():
                found[lot_id] = found.get(lot_id, 0) + credits
        return found

    # --- what happens --------------------------------------------------------------------------------------------

    def burn(self, kind: str, key: str, credits: int, ttl: int = 0) -> tuple[Draws | None, int]:
        """Draws (None: a replay) and what is available after it."""
        if key in self.used:
            if self.used[key][:2] != (f"{kind}/{ttl}", credits):
                raise Refusal("idempotency_key_reused")
            return None, self.used[key][2]
        if self.paused:
            raise Refusal("account_paused")
        if self.available < credits:
            raise Refusal("insufficient_credits", requested=credits, available=self.available)
        draws, left = [], credits
        for pile in self.spendable():
            part = min(left, pile.left)
            if part:
                draws.append((pile.lot.lot_id, part))
            pile.left, left = pile.left - part, left - part
        self.used[key] = (f"{kind}/{ttl}", credits, self.available)
        if kind == "hold":
            self.holds[key] = Held(draws, (self.now + ttl) // 1_000 * 1_000)
        return draws, self.available

    def resolve(self, key: str, by: str, name: str, credits: int) -> int:
        """What is captured."""
        held = self.holds.get(key)
        if held is None:
            raise Refusal("hold_not_found")
        if credits > sum(part for _, part in held.draws):
            raise Refusal("invalid_request")
        if held.state != "open":
            if held.decision == (f"{by}/{name}", credits):
                return held.captured
            same_key = held.decision is not None and held.decision[0].partition("/")[2] == name
            raise Refusal("idempotency_key_reused") if same_key else Refusal("hold_closed", state=held.state)
        held.decision = (f"{by}/{name}", credits)
        self.close(held, {"capture": "captured", "release": "released"}[by], credits)
        return credits

    def close(self, held: Held, state: str, credits: int) -> None:
        held.state, held.captured = state, credits
        for lot_id, part in held.draws:
            kept = min(part, credits)
            credits -= kept
            self.give(self.piles[lot_id], part - kept)
        self.expire()

    def give(self, pile: Pile, credits: int) -> None:
        """The shortfall is paid first."""
        paid = min(self.debt, credits)
        self.debt -= paid
        pile.left += credits - paid

    def grant(self, lot: Lot) -> None:
        if lot.lot_id not in self.piles:
            self.piles[lot.lot_id] = Pile(lot, 0)
            self.give(self.piles[lot.lot_id], lot.credits)
            self.expire()

    def claw_back(self, lot_id: str, claim: str, credits: int) -> tuple[int, int]:
        """Removed and shortfall; the same again for the same claim."""
        if (lot_id, claim) not in self.claims:
            pile = self.piles[lot_id]
            removed = min(pile.left, credits)
            burned = max(0, pile.lot.credits - pile.taken - pile.expired - pile.left)
            short = min(credits - removed, burned)
            pile.left, pile.taken, self.debt = pile.left - removed, pile.taken + removed + short, self.debt + short
            self.claims[lot_id, claim] = (removed, short)
        return self.claims[lot_id, claim]

    def decide(self, lot_id: str, verdict: str) -> str:
        stands = self.verdicts.setdefault(lot_id, verdict)
        if stands == "void":
            self.claw_back(lot_id, "void", self.piles[lot_id].lot.credits)
        return stands

    def freeze(self, lot_id: str, cause: str, thaw: bool) -> None:
        pile = self.piles[lot_id]
        is_dead = pile.lot.expires_at is not None and pile.lot.expires_at <= self.now
        if (lot_id, cause, thaw) not in self.causes and not is_dead:
            pile.is_frozen = not thaw
        self.causes.add((lot_id, cause, thaw))
