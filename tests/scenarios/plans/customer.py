"""One account, seen from outside: what its owner and its back end do, and what there is to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.policies import SAMPLES, read_document
from tests.scenarios.conftest import GOOD_CARD, Answer
from tests.scenarios.plans.world import World, moment

MOST_PAGES = 100
CONSENT: dict[str, Any] = {"consent": {"refund_policy_version": "2025-01"}}


@dataclass
class Customer:
    """An account of a vendor's shop."""

    world: World
    account_id: str

    @staticmethod
    def open(
        world: World, policy: str, at: str | datetime, changes: dict[str, Any] | None = None, **more: Any
    ) -> Customer:
        """A new account under a sample policy at an instant."""
        world.go(at)
        document = read_document(SAMPLES / f"{policy}.yaml") | (changes or {})
        world.call("PUT", f"/v1/policies/{policy}", document).ok(201)
        return Customer._made(world, policy, more)

    @staticmethod
    def _made(world: World, policy: str, more: dict[str, Any]) -> Customer:
        account_id = f"{policy}-{next(world.numbers)}"
        body = {"account_id": account_id, "policy_id": policy, "region": "US", "email": "buyer@example.com"} | more
        world.call("POST", "/v1/accounts", body).ok(201)
        return Customer(world, account_id)

    @staticmethod
    def again(other: Customer, at: str) -> Customer:
        """Another account of the same shop, whose policy is left as it is."""
        other.world.go(at)
        return Customer._made(other.world, other.account_id.rpartition("-")[0], {})

    @property
    def path(self) -> str:
        return f"/v1/accounts/{self.account_id}"

    # what is read

    def get(self, path: str = "") -> Any:
        return self.world.call("GET", self.path + path).ok()

    def balance(self, unit: str = "credits") -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/balance?unit={unit}")
        return found

    @property
    def available(self) -> int:
        return int(self.balance()["available"])

    def kinds(self) -> dict[str, int]:
        """Credits left, by kind."""
        found: dict[str, int] = {}
        for lot in self.balance()["lots"]:
            found[lot["kind"]] = found.get(lot["kind"], 0) + lot["remaining"]
        return {kind: left for kind, left in found.items() if left}

    def moved(self, kind: str) -> list[int]:
        """What entries of this kind changed, newest first."""
        return [each["credits"] for each in self.get("/entries?limit=100")["entries"] if each["kind"] == kind]

    def rows(self, *kinds: str) -> list[dict[str, Any]]:
        """Purchase rows, oldest first; of these kinds, where some are named."""
        found: list[dict[str, Any]] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            page = self.get(f"/purchases?limit=100{cursor}")
            found += page["purchases"]
            if page["next_cursor"] is None:
                return [row for row in reversed(found) if not kinds or row["item"]["kind"] in kinds]
            cursor = f"&cursor={page['next_cursor']}"
        raise AssertionError("the rows do not end")

    @property
    def customer(self) -> str | None:
        """The gateway's customer of this account."""
        found = self.world.stripe.customers.list({"limit": 100}).data
        return next((each.id for each in found if _mark(each) == self.account_id), None)

    def invoices(self) -> list[Any]:
        """Every invoice at the gateway, oldest first."""
        customer = self.customer
        if customer is None:
            return []
        pages = self.world.stripe.invoices.list({"customer": customer, "limit": 100})
        found = list(pages.auto_paging_iter())
        found.reverse()  # of one second, too, the oldest first
        return sorted(found, key=lambda each: each.created)

    @property
    def charges(self) -> int:
        """The sum of what was paid by invoice, minor units."""
        return sum(each.amount_paid for each in self.invoices() if each.status == "paid")

    def paid(self) -> list[int]:
        return [each.amount_paid for each in self.invoices() if each.status == "paid"]

    def subscriptions(self) -> list[Any]:
        customer = self.customer
        if customer is None:
            return []
        found = self.world.stripe.subscriptions.list({"customer": customer, "status": "all", "limit": 100})
        return list(found.data)

    # what is done

    def post(self, path: str, body: Any = None, *, key: str | None = None, role: str = "owner") -> Answer:
        answer = self.world.call("POST", self.path + path, body, f"{role}@{self.account_id}", key)
        self.world.settle()
        return answer

    def buy(self, item: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Order; the row with its page."""
        found: dict[str, Any] = self.post("/purchases", {"item": item} | more, key=self.world.fresh()).ok(201)
        return found

    def pay(self, row: dict[str, Any], card: str = GOOD_CARD, **more: Any) -> Answer:
        answer = self.world.visit("POST", f"{row['checkout_url']}/pay", {"card": card} | more)
        self.world.settle()
        return answer

    def bought(self, item: dict[str, Any], card: str = GOOD_CARD, **more: Any) -> dict[str, Any]:
        """Order and pay: the row as it is then."""
        row = self.buy(item, **more)
        self.pay(row, card).ok()
        return self.row(row)

    def row(self, row: dict[str, Any] | str) -> dict[str, Any]:
        name = row if isinstance(row, str) else row["purchase_id"]
        found: dict[str, Any] = self.get(f"/purchases/{name}")
        return found

    def top_up(self, credits: int, **more: Any) -> dict[str, Any]:
        return self.bought({"kind": "top_up", "credits": credits}, **more)

    def subscribe(self, plan_id: str, card: str = GOOD_CARD, **more: Any) -> dict[str, Any]:
        """The first plan, by its page."""
        row = self.bought({"kind": "plan", "plan_id": plan_id}, card, **more)
        assert row["state"] == "completed", row
        return row

    def plan(self, plan_id: str, key: str | None = None) -> Answer:
        """`POST plan`."""
        return self.post("/plan", {"plan_id": plan_id}, key=key or self.world.fresh())

    def changed(self, plan_id: str, effect: str = "now") -> dict[str, Any]:
        """`POST plan` that succeeds with this effect."""
        found: dict[str, Any] = self.plan(plan_id).ok()
        assert found["effect"] == effect, found
        return found

    def cancel(self) -> Answer:
        return self.post("/plan/cancel")

    def resume(self) -> Answer:
        return self.post("/plan/resume")

    def consume(self, credits: int, **more: Any) -> Answer:
        return self.world.call("POST", f"{self.path}/consume", {"credits": credits} | more, key=self.world.fresh())

    def use(self, credits: int) -> None:
        self.consume(credits).ok()

    def card(self, number: str, **more: Any) -> Any:
        """Save another card by the gateway's setup page, and make it the default."""
        before = {each["payment_method"] for each in self.get("/payment-methods")["payment_methods"]}
        page = self.post("/payment-methods/setup", {}).ok(201)["setup_url"]
        self.world.visit("POST", f"{page}/pay", {"card": number} | more).ok()
        self.world.settle()
        now = self.get("/payment-methods")["payment_methods"]
        (new,) = [each["payment_method"] for each in now if each["payment_method"] not in before]
        answer = self.world.call(
            "PUT", f"{self.path}/payment-methods/default", {"payment_method": new}, f"owner@{self.account_id}"
        ).ok()
        self.world.settle()
        return answer

    # boundaries

    def around(self, at: str | datetime, before: int, on: int) -> None:
        """What is available one second before a boundary, at it, and an hour after."""

        def is_there(expected: int, when: str) -> None:
            balance = self.balance()
            assert balance["available"] == expected, (when, moment_of(at), balance)

        self.world.around(at, lambda: is_there(before, "before"), lambda: is_there(on, "at or after"))


def moment_of(at: str | datetime) -> datetime:
    return moment(at) if isinstance(at, str) else at


def _mark(customer: Any) -> str | None:
    found: str | None = customer.to_dict().get("metadata", {}).get("account_id")
    return found
