"""What stories of plans that renew are told with. A story yields facts as they are at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.sales.items import Tax
from lotbook.domain.sales.purchase import Purchase
from tests.contracts.plan_worlds import World, bought, ordered

GST = Tax("GST", Decimal("0.18"), 0)
Story = Callable[[World], Iterator[Any]]
STORIES: dict[str, Story] = {}


def story(tell: Story) -> Story:
    STORIES[tell.__name__] = tell
    return tell


def jump(world: World, text: str) -> None:
    world.clock.set(text)
    world.tick()


def wait(world: World, milliseconds: int) -> None:
    world.clock.instant += milliseconds
    world.tick()


def subscribed(world: World, **changes: Any) -> str:
    return str(bought(world, **changes).subscription)


def invoices(world: World, subscription: str) -> Any:
    return world.gateway.plan_invoices(subscription, 0)


def upgrade(world: World, subscription: str, purchase_id: str = "pur_up", price: int = 9_000, **move: Any) -> Purchase:
    found = world.gateway.subscription(subscription)
    assert found is not None
    moved = PlanMove("upgrade", subscription, found.item, **move)
    return ordered(world, purchase_id, f"plan-{price}", price, move=moved)


def with_card(world: World, subscription: str, does: str) -> str:
    card = world.add_card(does)
    world.gateway.use_card(subscription, card)
    return card


def unpaid(world: World, **settings: Any) -> str:
    world.settle(**settings)
    sub = subscribed(world)
    with_card(world, sub, "declines")
    jump(world, "2027-02-28T13:00:00")
    return sub
