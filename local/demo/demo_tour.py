"""One vendor's table in the tour: the steps that all five have in common, each figure compared with its rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from local.demo.demo_shop import Shop, wait_until


class Difference(Exception):
    """A figure is not what the rule says."""


class Tour:
    """One vendor's table, and the steps that all five have in common."""

    def __init__(self, shop: Shop, vendor: str, title: str, plan_id: str | None = None) -> None:
        self.shop, self.vendor = shop, vendor
        print(f"\n{title}")
        self.account = shop.open_like(vendor, plan_id)
        self.path = f"/v1/accounts/{self.account}"
        self.opened = moment(shop.now())

    def check(self, rule: str, what: str, got: Any, expected: Any) -> None:
        """One line of the table. Raises Difference."""
        if got != expected:
            raise Difference(f"{self.vendor}, {what}: {rule} says {expected}, Lotbook says {got}")
        print(f"  {rule:<14}{what:<58}{shown(got)}", flush=True)

    def quoted(self, item: dict[str, Any]) -> dict[str, Any]:
        """The order summary of an item."""
        summary: dict[str, Any] = self.shop.done("POST", f"{self.path}/quotes", {"item": item})
        return summary

    def check_refused(self, rule: str, item: dict[str, Any], code: str, what: str) -> None:
        """The item cannot be bought, and the answer says why."""
        status, problem = self.shop.start_purchase(self.account, item)
        self.check(rule, what, (status, problem.get("code")), (422, code))

    def buy(self, rule: str, item: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Order, pay with 4242..., wait for the webhook; then the same events twice again change nothing."""
        known = self.shop.delivered()
        status, order = self.shop.start_purchase(self.account, item, **more)
        self.check(rule, "ordered; a checkout page waits", (status, order.get("state")), (201, "pending"))
        bought = self.shop.pay(self.account, order)
        self.check(rule, "paid with 4242...; the webhook completed it", bought["state"], "completed")
        before = self.available()
        self.shop.deliver_again(2, known)
        self.check("D1", "the same events delivered twice more: available", self.available(), before)
        return bought

    def change_plan(self, plan_id: str) -> dict[str, Any]:
        """`POST .../plan` by a member who may buy: the card of the purchase before is charged."""
        token = self.shop.token(self.account)
        status, changed = self.shop.call("POST", f"{self.path}/plan", {"plan_id": plan_id}, token)
        if status != 200:
            raise Difference(f"{self.vendor}, to {plan_id}: {status} {changed.get('code')}")
        answer: dict[str, Any] = changed
        return answer

    def newest_purchase(self, kind: str) -> dict[str, Any]:
        """The newest row, once it is of that kind: the webhook that brings it comes when it comes."""

        def newest() -> dict[str, Any] | None:
            row: dict[str, Any] = self.shop.done("GET", f"{self.path}/purchases?limit=1")["purchases"][0]
            return row if row["item"]["kind"] == kind else None

        found: dict[str, Any] = wait_until(newest, f"no row of the kind {kind} came")
        return found

    def balance(self, unit: str = "credits") -> dict[str, Any]:
        """The balance with its lots."""
        found: dict[str, Any] = self.shop.done("GET", f"{self.path}/balance?unit={unit}")
        return found

    def available(self, unit: str = "credits") -> int:
        """What can be spent."""
        spendable: int = self.balance(unit)["available"]
        return spendable

    def lots(self, unit: str = "credits") -> list[tuple[str, int]]:
        """`(kind, remaining)` in burn order."""
        return [(lot["kind"], lot["remaining"]) for lot in self.balance(unit)["lots"]]

    def lot_of(self, purchase: dict[str, Any]) -> dict[str, Any]:
        """The lot that a purchase made."""
        (lot,) = [lot for lot in self.balance()["lots"] if lot["lot_id"] == purchase["lot_id"]]
        found: dict[str, Any] = lot
        return found

    def burn(self, credits: int) -> list[tuple[str, int]]:
        """Consume: `(kind, credits)` drawn, in order."""
        kinds = {lot["lot_id"]: lot["kind"] for lot in self.balance()["lots"]}
        burned = self.shop.done("POST", f"{self.path}/consume", {"credits": credits})
        return [(kinds[draw["lot_id"]], draw["credits"]) for draw in burned["draws"]]

    def mails(self, kind: str, count: int) -> None:
        """Until so many mails of that kind were sent; then all subjects so far, oldest first."""

        def sent() -> list[dict[str, Any]] | None:
            found = self.shop.control("/_local/emails")["emails"]
            mine = [mail for mail in reversed(found) if mail["account_id"] == self.account]
            return mine if sum(mail["kind"] == kind for mail in mine) == count else None

        for mail in wait_until(sent, f"{count} mails of the kind {kind} were not sent"):
            print(f"  {'mail':<14}{mail['subject']}")

    def at(self, when: datetime) -> None:
        """Move the clock, and say so."""
        self.shop.set_clock(text(when))
        print(f"  {'':<14}-- the clock says {text(when)}")

    def check_statement(self, unit: str = "credits") -> None:
        """The sum of all entries is the balance."""
        found = self.balance(unit)
        owned = found["available"] + found["held"] + found["frozen"] - found["shortfall"]
        self.check(
            "ledger",
            f"sum of the whole statement = balance ({unit})",
            self.shop.statement_sum(self.account, unit),
            owned,
        )


# The calendar, written a second time on purpose: the product's own arithmetic is what is being checked.
def one_year_after(start: datetime) -> datetime:
    """Same day and time next year; 29 February becomes 28 February."""
    is_leap_day = (start.month, start.day) == (2, 29)
    return start.replace(year=start.year + 1, day=28 if is_leap_day else start.day)


def one_month_after(start: datetime) -> datetime:
    """Same day and time next month, or that month's last day."""
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    for day in (start.day, 30, 29, 28):
        if day <= start.day:
            try:
                return start.replace(year=year, month=month, day=day)
            except ValueError:
                continue
    raise AssertionError("every month has a 28th")


def moment(instant: str) -> datetime:
    """A datetime of the contract's text."""
    return datetime.fromisoformat(instant)


def text(when: datetime) -> str:
    """The contract's text of a datetime."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def shown(value: Any) -> str:
    """A figure for the table."""
    if isinstance(value, list):
        return (
            ", ".join(f"{kind} {credits:,}" for kind, credits in value)
            if value and isinstance(value[0], tuple)
            else "as listed"
        )
    if isinstance(value, tuple):
        return " ".join(shown(part) for part in value)
    return f"{value:,}" if isinstance(value, int) else "never" if value is None else str(value)
