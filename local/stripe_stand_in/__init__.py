"""A local stand-in for Stripe: speaks Stripe's HTTP API to the real client, with pages to pay on and controls to make it fail.

What it does: checkout (payments, plans, saved cards), payment and setup intents, invoices with items, balances and retries,
subscriptions with renewals, pending changes, schedules of what follows at the period's end, and their ends, refunds, disputes, tax
rates, test clocks, webhooks. `operations.py` is the table of calls, `parameters.txt` the list of parameters that each one reads;
everything else is refused by name (`stand_in_unsupported`).
What it does not do: prorations, trials, discounts, usage, invoices sent by mail, classic billing mode, Stripe Tax (automatic
tax comes to nothing), Connect. Nothing of these is approximated.

Doors (`stand_in`, `api`, `controls`, `pages`) stand before the `machine`, which has the state, the clock and the webhooks; `due` is what
happens by itself; `resources/` has a file a subject, the handlers of the API among them.
"""

from local.stripe_stand_in.server import Server, serve
from local.stripe_stand_in.stand_in import StandIn

__all__ = ["Server", "StandIn", "serve"]
