"""The page at `/` of the local run: what this is, where things are, and every control that only the local run has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from local.places import STRIPE
from lotbook.domain.values.access import ROLES

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
    ("GET /_stand_in/webhooks", "", "events held back, and events delivered"),
    ("POST /_stand_in/webhooks", '{"mode": "hold"}', "holds events back; deliver lets them go at once"),
    ("POST /_stand_in/webhooks/deliver", '{"times": 2, "shuffle_seed": 7}', "delivers them, also repeatedly and out of order; with event_ids only these"),
    ("POST /_stand_in/refund", '{"payment_intent": "pi_...", "amount_minor": 100}', "money goes back, as from the dashboard"),
    ("POST /_stand_in/dispute", '{"payment_intent": "pi_..."}', "a chargeback"),
    ("POST /_stand_in/dispute/{id}/close", '{"outcome": "lost"}', "ends it: won or lost"),
    ("POST /_stand_in/refund/{id}/fail", "", "the bank could not give it back after all"),
    ("POST /_stand_in/settle_async", '{"session": "cs_test_...", "outcome": "succeeded"}', "ends a checkout whose payment takes days: succeeded or failed"),
    ("POST /_stand_in/payments/{payment_intent}", '{"outcome": "succeed"}', "ends a payment in review (paid with card_in_review)"),
    ("POST /invoice/{id}/pay", '{"card": "4242424242424242"}', "the buyer pays an open invoice on its page"),
    ("POST /_stand_in/subscriptions/{id}/portal_cancel", "", "a cancellation as the gateway's own customer portal makes it"),
    ("POST /_stand_in/invoices/{id}/void", "", "what an operator does at the dashboard; also uncollectible"),
    ("GET /_stand_in/settings", "", "how unpaid invoices go on"),
    ("POST /_stand_in/settings", '{"retry_days": [3, 5, 7], "after_retries": "cancel"}', "changes that"),
    ("GET /_stand_in/fail", "", "which calls are to fail"),
    ("POST /_stand_in/fail", '{"operation": "checkout.sessions.create", "kind": "timeout", "times": 1}', "the next calls of this operation fail: timeout, timeout_after_commit, 500 or 429"),
)  # fmt: skip
_STYLE = """
:root { color-scheme: light dark; --line: #c8ccd4; --soft: #f4f5f8; --ink: #1b1d23; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --line: #454a57; --soft: #23262e; --ink: #eceef3; --paper: #16181d } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--soft); color: var(--ink) }
main { max-width: 62rem; margin: 2rem auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin-top: 0 } h2 { margin: 2rem 0 .5rem; font-size: 1.125rem }
table { width: 100%; border-collapse: collapse } th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
code { font-size: .875em; overflow-wrap: anywhere } pre { padding: .75rem; background: var(--soft); overflow-x: auto }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def page(described: Mapping[str, Any], kept_in: str, now: str) -> str:
    """The page. `described`: the run as `dev.json` has it; `kept_in`: where that file is. No key and no token is shown."""
    base, stripe_url = described["base_url"], described["stripe_url"]
    gateway = f"<p>The gateway is a stand-in at <code>{escape(stripe_url)}</code>: nobody is charged.</p>"
    gateway += _table("Controls of the gateway's stand-in", stripe_url, STAND_IN)
    if stripe_url == STRIPE:
        gateway = f"<p>The gateway is Stripe's own test mode, <code>{escape(stripe_url)}</code>.</p>"
    listed = "".join(
        f"<li><code>{escape(name)}</code>, policy <code>{escape(account['policy_id'])}</code>: {_looks(name)}</li>"
        for name, account in described["accounts"].items()
    )
    body = f"""
<h1>Lotbook runs on this machine</h1>
<p>Prepaid credits for a SaaS product: quotes, purchases, lots with their own validity, exact burning, a ledger that explains every credit.
The API is at <code>{escape(base)}/v1</code>, its description at <a href="/v1/openapi.json">/v1/openapi.json</a>. The clock says {escape(now)}.</p>
<h2>To begin with</h2>
<pre>make try                       three calls to the API, each as curl
KEY=$(make -s key)             the service key; make -s key ACCOUNT=insurestack ROLE=owner for a member's token
make publish FILE=mine.yaml    a policy of your own, on this run
make demo                      the tour, in a run of its own</pre>
<p>In the folder of Lotbook, with the same <code>DATA_DIR</code> as <code>make run</code>. Keys and tokens are in <code>{escape(kept_in)}</code>.
To go back to the beginning: stop it, <code>make clean-data</code>, <code>make run</code>.</p>
<h2>Demo accounts</h2><p>Each with a link into its billing page, as somebody of that role.</p><ul>{listed}</ul>
{_table("Controls of this run", base, CONTROLS)}
{gateway}"""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Lotbook on this machine</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _looks(account_id: str) -> str:
    links = (f'<a href="/_local/portal/{escape(account_id)}/{role}">{role}</a>' for role in ROLES)
    return ", ".join(links)


def _table(title: str, base: str, rows: Iterable[Row]) -> str:
    lines: list[Any] = []
    for call, content, effect in rows:
        method, _, path = call.partition(" ")
        shown = (
            f'<a href="{escape(base + path)}">{escape(path)}</a>'
            if method == "GET" and "{" not in path
            else escape(path)
        )
        lines.append(
            f"<tr><td><code>{method} {shown}</code></td><td><code>{escape(content)}</code></td><td>{escape(effect)}</td></tr>"
        )
    heads = "<tr><th>call</th><th>body</th><th>effect</th></tr>"
    return f"<h2>{escape(title)}</h2><table>{heads}{''.join(lines)}</table>"
