"""How the pages look: no script, one small style sheet, labels on every field, refusals announced."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from local.stripe_stand_in.money import THREE_DECIMAL, ZERO_DECIMAL
from local.stripe_stand_in.store import Doc

_STYLE = """
:root { color-scheme: light dark; --line: #c8ccd4; --accent: #3340b5; --bad: #b3261e; --soft: #f4f5f8; --ink: #1b1d23; --paper: #fff }
@media (prefers-color-scheme: dark) { :root { --line: #454a57; --accent: #8f9bff; --bad: #ff8a80; --soft: #23262e; --ink: #eceef3; --paper: #16181d } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--soft); color: var(--ink) }
main { max-width: min(34rem, 100% - 2rem); margin: 2rem auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem }
h1 { font-size: 1.25rem; margin: 0 0 1rem } .note { font-size: .875rem; opacity: .8; margin: 0 0 1rem }
table { width: 100%; border-collapse: collapse; margin-bottom: 1.25rem } caption { text-align: left; font-weight: 600; padding-bottom: .25rem }
th, td { padding: .4rem 0; text-align: left; font-weight: normal; vertical-align: top; border-bottom: 1px solid var(--line) }
td { text-align: right; white-space: nowrap; padding-left: 1rem } tfoot tr:last-child * { font-weight: 700; border: 0 } small { opacity: .75; display: block }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600 } label.check { font-weight: normal }
input:not([type=checkbox]) { width: 100%; font: inherit; padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: transparent; color: inherit }
button { font: inherit; font-weight: 600; width: 100%; padding: .7rem; margin-top: 1rem; border-radius: .4rem; border: 1px solid var(--accent); cursor: pointer }
.pay { background: var(--accent); color: var(--paper) } .close { background: transparent; color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.alert { border: 2px solid var(--bad); color: var(--bad); border-radius: .4rem; padding: .6rem .8rem; margin: 0 0 1rem } details { margin-top: 1.25rem; font-size: .875rem }
code { font-size: .95em }
"""
_ASKED = (
    '<p role="status">Your bank asks you to confirm this payment.</p>'
    '<button class="pay" name="authenticate" value="true">Confirm at the bank</button>'
    '<button class="close" name="authenticate" value="false">Fail the confirmation</button>'
)
_TEST_CARDS = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0025 0000 3155", "asks for authentication until it is saved"),
    ("4000 0027 6000 3184", "asks for authentication every time"),
    ("4000 0000 0000 0341", "can be saved, fails when charged later"),
    ("card_in_review", "is confirmed or refused later"),
)


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def message(title: str, text: str, link: str | None = None) -> str:
    """A page that only says something."""
    onwards = f'<p><a href="{escape(link)}">Continue</a></p>' if link else ""
    return _page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>{onwards}")


def money(minor: int, currency: str) -> str:
    """An amount for people, `USD 12.50`."""
    places = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    return f"{currency.upper()} {Decimal(minor).scaleb(-places):,.{places}f}"


def success_url(session: Doc) -> str:
    """Where the buyer goes after paying, with the session's id put in."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def checkout(session: Doc, refusal: Doc | None = None) -> str:
    """The checkout page of a session in any state; `refusal`: the error fields of the attempt just made."""
    if session["status"] == "expired":
        return message(
            "This checkout has expired.", "Nothing was charged. Start again from where you came.", session["cancel_url"]
        )
    if session["status"] == "complete":
        texts = {
            "unpaid": "Your bank has not confirmed the payment yet.",
            "paid": "Thank you, your payment went through.",
        }
        return message(
            "This checkout is complete.",
            texts.get(session["payment_status"], "Thank you, all is set."),
            success_url(session),
        )
    title = "Save a card" if session["mode"] == "setup" else "Your order"
    asks = (refusal or {}).get("code") == "authentication_required"
    alert = (
        ""
        if refusal is None or asks
        else f'<p class="alert" role="alert" id="refusal">{escape(str(refusal["message"]))}</p>'
    )
    form = _authentication(session) if asks else _card_form(session, bool(alert))
    note = '<p class="note">Local test checkout: no money moves.</p>'
    return _page(title, f"<h1>{title}</h1>{note}{_summary(session)}{alert}{form}{_close_form(session)}{_help()}")


def _summary(session: Doc) -> str:
    if session["mode"] == "setup":
        return "<p>The card is kept for later charges. Nothing is charged now.</p>"
    currency = session["currency"]
    rows = "".join(_line(line) for line in session["_line_items"])
    tax = session["total_details"]["amount_tax"]
    sums = ""
    if tax:  # without it the subtotal is the total, and a tax that is a line of the order would be in it
        sums = f'<tr><th scope="row">Subtotal</th><td>{money(session["amount_subtotal"], currency)}</td></tr>'
        sums += f'<tr><th scope="row">Tax</th><td>{money(tax, currency)}</td></tr>'
    sums += f'<tr><th scope="row">Total</th><td>{money(session["amount_total"], currency)}</td></tr>'
    return f"<table><caption>Order summary</caption><tbody>{rows}</tbody><tfoot>{sums}</tfoot></table>"


def _line(line: Doc) -> str:
    recurring = line["price"]["recurring"]
    every = f" every {recurring['interval']}" if recurring else ""
    quantity = f"<small>Quantity {line['quantity']:,}{every}</small>" if line["quantity"] != 1 or every else ""
    return f'<tr><th scope="row">{escape(line["description"])}{quantity}</th><td>{money(line["amount_subtotal"], line["currency"])}</td></tr>'


def _card_form(session: Doc, refused: bool) -> str:
    details = session["customer_details"] or {}
    invalid = ' aria-invalid="true" aria-describedby="refusal"' if refused else ""
    fields = f'<label for="card">Card number</label><input id="card" name="card" inputmode="numeric" autocomplete="cc-number" required{invalid}>'
    if not details.get("email"):
        fields = (
            '<label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="email" required>'
            + fields
        )
    if session["billing_address_collection"] == "required" and not (details.get("address") or {}).get("country"):
        fields += '<label for="country">Country</label><input id="country" name="country" autocomplete="country" maxlength="2" value="US" required>'
    if (session["consent_collection"] or {}).get("terms_of_service") == "required":
        text = (session["custom_text"]["terms_of_service_acceptance"] or {}).get(
            "message"
        ) or "I agree to the terms of service."
        fields += f'<label class="check"><input type="checkbox" name="accept_terms" value="true" required> {escape(text)}</label>'
    label = "Save card" if session["mode"] == "setup" else f"Pay {money(session['amount_total'], session['currency'])}"
    return _form(session, "pay", f'{fields}<button class="pay" type="submit">{label}</button>')


def _authentication(session: Doc) -> str:
    terms = '<input type="hidden" name="accept_terms" value="true">'
    return _form(session, "pay", terms + _ASKED)


def _close_form(session: Doc) -> str:
    return _form(session, "close", '<button class="close" type="submit">Close without paying</button>')


def _form(session: Doc, verb: str, inside: str) -> str:
    return f'<form method="post" action="/checkout/{escape(session["id"])}/{verb}">{inside}</form>'


def _help() -> str:
    rows = "".join(f"<li><code>{number}</code> {what}</li>" for number, what in _TEST_CARDS)
    return f"<details><summary>Test cards</summary><ul>{rows}</ul></details>"


def invoice(found: Doc, refusal: Doc | None = None, *, waits: bool = False) -> str:
    """The hosted page of an invoice. `refusal`: the attempt just made. `waits`: the bank wants to see the buyer of the last card."""
    currency = found["currency"]
    rows = "".join(
        f'<tr><th scope="row">{escape(line["description"] or "")}</th><td>{money(line["amount"], currency)}</td></tr>'
        for line in found["lines"]["data"]
    )
    tax = sum(each["amount"] for each in found["total_taxes"])
    sums = f'<tr><th scope="row">Subtotal</th><td>{money(found["subtotal"], currency)}</td></tr>'
    sums += f'<tr><th scope="row">Tax</th><td>{money(tax, currency)}</td></tr>' if tax else ""
    sums += f'<tr><th scope="row">Total</th><td>{money(found["total"], currency)}</td></tr>'
    title = f"Invoice {found['number']}"
    who = escape(found["customer_email"] or found["customer"])
    body = f'<h1>{escape(title)}</h1><p class="note">{who}: {escape(found["status"])}</p>'
    body += f"<table><caption>Lines</caption><tbody>{rows}</tbody><tfoot>{sums}</tfoot></table>"
    body += _invoice_form(found, refusal, waits=waits) if found["status"] in ("open", "uncollectible") else ""
    return _page(title, body + f'<p><a href="{escape(found["invoice_pdf"])}">Download as PDF</a></p>')


def _invoice_form(found: Doc, refusal: Doc | None, *, waits: bool) -> str:
    action = f"/invoice/{escape(found['id'])}/pay"
    alert = f'<p class="alert" role="alert">{escape(str(refusal["message"]))}</p>' if refusal else ""
    due = money(found["amount_remaining"], found["currency"])
    card = (
        f'<form method="post" action="{action}"><label for="card">Card number</label>'
        '<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" required>'
        f'<button class="pay" type="submit">Pay {due}</button></form>'
    )
    asked = f'<form method="post" action="{action}">{_ASKED}</form>' if waits else ""
    return alert + asked + card + _help()
