"""Every refusal of the API as a sentence for a person, with the step that leads on (NP-30, DF-07)."""

from __future__ import annotations

from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.values.errors import Outcome
from lotbook.domain.values.light_dataclasses import dataclass

SIGN_IN_AGAIN = frozenset({"portal_link_gone", "portal_session_ended"})


@dataclass(frozen=True, slots=True)
class RefusalSentence:
    """What is said, and where its button leads."""

    sentence: str
    step: str = "Back to the overview"
    path: str = "/"


_CARDS = ("To the cards", "/cards")
_BUY = ("To the order", "/buy")
_PLANS = ("To the plans", "/plans")
_ROWS = ("To the transactions", "/transactions")
SENTENCES: dict[str, RefusalSentence] = {
    "portal_link_gone": RefusalSentence(
        "This link was used already, or is too old. Open the page again from where you came."
    ),
    "portal_session_ended": RefusalSentence("Your session has ended. Open the page again from where you came."),
    "forbidden": RefusalSentence("You may look at this, but not change it. Ask whoever pays for this account."),
    "account_not_found": RefusalSentence("This account does not exist any more."),
    "account_paused": RefusalSentence("This account is paused. The overview says why, and what to do."),
    "account_closed": RefusalSentence(
        "This account is closed. It can be looked at, but nothing can be bought or changed."
    ),
    "invalid_request": RefusalSentence(
        "Something in this address or form is not as it should be. Nothing was changed."
    ),
    "body_too_large": RefusalSentence("This form is too long. Nothing was changed."),
    "malformed_json": RefusalSentence("This form did not arrive whole. Nothing was changed; please send it again."),
    "conflict": RefusalSentence(
        "Somebody changed this at the same time. Nothing was changed by you; please look and try again."
    ),
    "newer_format": RefusalSentence(
        "This is being updated right now. Nothing is lost: please try again in some minutes.", "Try again"
    ),
    "unavailable": RefusalSentence(
        "This does not answer right now. Nothing is lost: please try again in a moment.", "Try again"
    ),
    "idempotency_key_missing": RefusalSentence(
        "This form did not arrive whole. Nothing was changed; please send it again."
    ),
    "idempotency_key_invalid": RefusalSentence(
        "This form did not arrive whole. Nothing was changed; please send it again."
    ),
    "idempotency_key_reused": RefusalSentence(
        "This order was sent before with other figures. Please look at it anew.", *_BUY
    ),
    "quantity_not_allowed": RefusalSentence("This number of credits is not sold. Please choose another one.", *_BUY),
    "amount_not_chargeable": RefusalSentence("This amount cannot be charged. Please choose another one.", *_BUY),
    "unknown_pack": RefusalSentence("This package is not sold any more. Please choose another one.", *_BUY),
    "unknown_plan": RefusalSentence("This plan is not sold any more. Please choose another one.", *_PLANS),
    "contact_only": RefusalSentence("This plan is sold by people: please contact us.", *_PLANS),
    "already_on_plan": RefusalSentence("You are on this plan already. Nothing was charged.", *_PLANS),
    "plan_not_eligible": RefusalSentence("This is not sold on your present plan.", *_PLANS),
    "plan_purchase_not_available": RefusalSentence(
        "This plan cannot be bought here on top of your present one.", *_PLANS
    ),
    "currency_not_sold": RefusalSentence("This is not sold in your currency. Please contact us."),
    "consent_required": RefusalSentence("Please accept the refund policy first: each purchase needs it anew.", *_BUY),
    "purchase_not_found": RefusalSentence("There is no such purchase in this account.", *_ROWS),
    "purchase_abandoned": RefusalSentence("This order is over. Nothing was charged; you can start a new one.", *_BUY),
    "card_declined": RefusalSentence("The card was declined. Nothing was charged; please use another card.", *_CARDS),
    "payment_failed": RefusalSentence("The card was declined. Nothing has changed; please use another card.", *_CARDS),
    "invoice_not_ready": RefusalSentence(
        "The invoice is not ready yet. It comes when the payment is completed.", *_ROWS
    ),
    "billing_details_not_found": RefusalSentence(
        "Please fill in to whom invoices are made out.", "Fill in", "/billing-details"
    ),
    "not_refundable": RefusalSentence("This purchase is not refundable. Nothing was changed.", *_ROWS),
    "plan_change_pending": RefusalSentence("Another change of plan is under way. Wait until it is settled.", *_PLANS),
    "checkout_required": RefusalSentence("This needs a payment page. Please order it there.", *_PLANS),
    "payment_method_required": RefusalSentence("Please add a card first.", *_CARDS),
    "payment_method_not_found": RefusalSentence("This card is not on file any more.", *_CARDS),
    "nothing_to_cancel": RefusalSentence("There is nothing to cancel.", *_PLANS),
    "nothing_to_resume": RefusalSentence("There is nothing to take back.", *_PLANS),
}
OTHERWISE = RefusalSentence("This cannot be done. Nothing was changed.")


def of(code: str) -> RefusalSentence:
    """The sentence of a refusal's code, or of the reason that offers and quotes show."""
    return SENTENCES.get(code, OTHERWISE)


def page(outcome: Outcome, status: int, request_id: str) -> Page:
    """The page that tells a refusal. One who has no session learns no figure, and the way back at most."""
    told = of(outcome.code)
    detail = outcome.detail if outcome.code == "forbidden" and outcome.detail != outcome.title else told.sentence
    values = {"title": detail, "told": told, "address": ROOT + told.path, "request_id": request_id}
    if outcome.code in SIGN_IN_AGAIN:
        return Page("ended.html", values={**values, "return_url": outcome.data.get("return_url")}, status=status)
    return Page("refused.html", values=values, status=status)


def signed_out(return_url: str | None) -> Page:
    """After somebody has left."""
    told = RefusalSentence("You are signed out.")
    return Page("ended.html", values={"title": told.sentence, "told": told, "return_url": return_url})


def missing() -> Page:
    """For an address under which nothing is."""
    told = RefusalSentence("There is nothing at this address.")
    values = {"title": told.sentence, "told": told, "address": f"{ROOT}/", "request_id": "", "return_url": None}
    return Page("ended.html", values=values, status=404)
