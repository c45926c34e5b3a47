"""What a person at the dashboard would see: what is open, what was paid, what can be done about it, and what comes next by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from local.stripe_stand_in.dues import LIVING
from local.stripe_stand_in.resources.checkout_pay import waits_for_the_bank
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

MOST_ROWS = 20
MOST_DUES = 20
_WHOSE = ("account_id", "purchase_id")


def overview(world: World) -> Doc:
    """Lists of small rows, newest first, at most MOST_ROWS each; what is ordered to go wrong; `due`: soonest first, in seconds."""
    return {
        "checkouts": _rows(
            world.walk("checkout.session", lambda doc: doc["status"] == "open"), lambda doc: _session(world, doc)
        ),
        "payments": _rows(world.walk("payment_intent"), lambda doc: _payment(world, doc)),
        "refunds": _rows(world.walk("refund"), _refund),
        "disputes": _rows(world.walk("dispute"), _dispute),
        "invoices": _rows(world.walk("invoice", lambda doc: doc["status"] in ("draft", "open")), _invoice),
        "subscriptions": _rows(world.walk("subscription", lambda doc: doc["status"] in LIVING), _subscription),
        "webhooks": world.store.setting("webhooks", "deliver"),
        "faults": world.store.setting("faults", {}),
        "due": [{"at": at, "object": doc["object"], "id": doc["id"]} for at, doc in world.store.dues(MOST_DUES)],
    }


def _rows(found: Iterable[Doc], shown: Callable[[Doc], Doc]) -> list[Doc]:
    return [shown(doc) for doc in islice(found, MOST_ROWS)]


def _whose(doc: Doc) -> Doc:
    metadata = doc.get("metadata") or {}
    return {name: metadata.get(name) for name in _WHOSE}


def _session(world: World, session: Doc) -> Doc:
    shown = ("id", "mode", "payment_status", "amount_total", "currency", "created", "expires_at", "url")
    waits = waits_for_the_bank(world, session)
    return {**{name: session[name] for name in shown}, "waits": waits, **_whose(session)}


def _payment(world: World, intent: Doc) -> Doc:
    charge = world.find("charge", intent["latest_charge"]) or {}
    return {
        **{name: intent[name] for name in ("id", "status", "amount", "currency", "created")},
        "amount_refunded": charge.get("amount_refunded", 0),
        "disputed": charge.get("disputed", False),
        **_whose(intent),
    }


def _refund(refund: Doc) -> Doc:
    return {name: refund[name] for name in ("id", "status", "amount", "currency", "created", "payment_intent")}


def _dispute(dispute: Doc) -> Doc:
    shown = ("id", "status", "reason", "amount", "currency", "created", "payment_intent")
    return {name: dispute[name] for name in shown}


def _invoice(invoice: Doc) -> Doc:
    shown = ("id", "status", "amount_due", "currency", "created", "hosted_invoice_url", "next_payment_attempt")
    return {**{name: invoice[name] for name in shown}, **_whose(invoice)}


def _subscription(subscription: Doc) -> Doc:
    shown = ("id", "status", "cancel_at", "created")
    return {**{name: subscription[name] for name in shown}, **_whose(subscription)}
