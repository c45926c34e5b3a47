"""Every page by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.api.portal.routes import PURCHASE, ROOT
from lotbook.portal import automatic, buy, cards, details, home, plans, rows, statement

if TYPE_CHECKING:
    from lotbook.api.portal.door import Show

SHOWN: dict[str, Show] = {
    f"GET {ROOT}/": home.overview,
    f"POST {ROOT}/leave": home.leave,
    f"GET {ROOT}/buy": buy.steps,
    f"POST {ROOT}/buy": buy.order,
    f"GET {PURCHASE}": buy.show,
    f"GET {PURCHASE}/returned": buy.returned,
    f"GET {PURCHASE}/left": buy.left,
    f"GET {PURCHASE}/invoice": buy.invoice,
    f"POST {PURCHASE}/recheck": buy.recheck,
    f"GET {ROOT}/plans": plans.show,
    f"GET {ROOT}/plan/change": plans.preview,
    f"POST {ROOT}/plan/change": plans.change,
    f"GET {ROOT}/plan/cancel": plans.before_cancelling,
    f"POST {ROOT}/plan/cancel": plans.cancel,
    f"POST {ROOT}/plan/resume": plans.resume,
    f"GET {ROOT}/transactions": rows.show,
    f"GET {ROOT}/transactions/export": rows.export,
    f"GET {ROOT}/statement": statement.show,
    f"GET {ROOT}/statement/export": statement.export,
    f"GET {ROOT}/automatic-purchase": automatic.show,
    f"POST {ROOT}/automatic-purchase": automatic.change,
    f"GET {ROOT}/cards": cards.show,
    f"POST {ROOT}/cards": cards.add,
    f"POST {ROOT}/cards/default": cards.make_default,
    f"POST {ROOT}/cards/remove": cards.remove,
    f"GET {ROOT}/billing-details": details.show,
    f"POST {ROOT}/billing-details": details.save,
}
