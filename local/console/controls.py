"""Every control that only the local run has, as the console's page lists them: method and path, body, what it does."""

from __future__ import annotations

Row = tuple[str, str, str]  # method and path, body, what it does

CONTROLS: tuple[Row, ...] = (
    ("GET /_local/health", "", "200 when everything has started"),
    ("GET /_local/clock", "", "the clock that handlers, schedules and the stand-in see"),
    ("POST /_local/clock", '{"advance_seconds": 86400}', 'moves it; also {"now": "2027-01-31T00:00:00Z"}, with "frozen": true to stop it'),
    ("POST /_local/tokens", '{"account_id": "insurestack", "role": "owner"}', "a member's token, for any account of this run"),
    ("GET /_local/portal/{account}/{role}", "", "into the billing page of an account, as somebody of that role"),
    ("GET /_local/schedules", "", "the scheduled functions"),
    ("POST /_local/schedules/{function}/run", "", "runs one of them now, and answers its result"),
    ("GET /_local/emails", "", "what was mailed, newest first"),
    ("GET /_local/events", "", "what was published on the bus, newest first"),
    ("GET /_local/returned", "", "where a buyer comes back to whose purchase named no address"),
    ("GET /_local/jwks.json", "", "the keys of the issuer of member tokens"),
    ("GET /_local/openid-configuration", "", "the issuer's document"),
)  # fmt: skip
STAND_IN: tuple[Row, ...] = (
    ("GET /checkout/{session_id}", "", "the page on which a person pays: the checkout_url of a purchase"),
    ("POST /checkout/{session_id}/pay", '{"card": "4242424242424242"}', "pays without a browser; 4000000000000002 is declined, 4000002500003155 asks for authentication"),
    ("POST /checkout/{session_id}/close", "", "the buyer goes away"),
    ("GET /_stand_in/dashboard", "", "what is open and paid, and what comes next by itself"),
    ("GET /_stand_in/webhooks", "", "events held back, and events delivered"),
    ("POST /_stand_in/webhooks", '{"mode": "hold"}', "holds events back; deliver lets them go at once"),
    ("POST /_stand_in/webhooks/deliver", '{"times": 2, "shuffle_seed": 7}', "delivers them, also repeatedly and out of order; with event_ids only these"),
    ("POST /_stand_in/refund", '{"payment_intent": "pi_...", "amount_minor": 100}', "money goes back, as from the dashboard"),
    ("POST /_stand_in/dispute", '{"payment_intent": "pi_..."}', "a chargeback"),
    ("POST /_stand_in/dispute/{id}/close", '{"outcome": "lost"}', "ends it: won or lost"),
    ("POST /_stand_in/refund/{id}/fail", "", "the bank could not give it back after all"),
    ("POST /_stand_in/payouts", '{"currency": "usd"}', "pays the available balance of a currency out, as the gateway does by itself"),
    ("POST /_stand_in/settle_async", '{"session": "cs_test_...", "outcome": "succeeded"}', "ends a checkout whose payment takes days: succeeded or failed"),
    ("POST /_stand_in/payments/{payment_intent}", '{"outcome": "succeed"}', "ends a payment in review (paid with card_in_review)"),
    ("POST /invoice/{id}/pay", '{"card": "4242424242424242"}', "the buyer pays an open invoice on its page"),
    ("POST /_stand_in/subscriptions/{id}/portal_cancel", "", "a cancellation as the gateway's own customer portal makes it"),
    ("POST /_stand_in/invoices/{id}/void", "", "what an operator does at the dashboard; also uncollectible"),
    ("GET /_stand_in/settings", "", "how unpaid invoices go on, and in which currency the account settles"),
    ("POST /_stand_in/settings", '{"retry_days": [3, 5, 7], "after_retries": "cancel"}', "changes that"),
    ("GET /_stand_in/fail", "", "which calls are to fail"),
    ("POST /_stand_in/fail", '{"operation": "checkout.sessions.create", "kind": "timeout", "times": 1}', "the next calls of this operation fail: timeout, timeout_after_commit, 500 or 429"),
)  # fmt: skip
