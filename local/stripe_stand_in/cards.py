"""Stripe's public test cards and what each does. Of a card only brand, last four digits and expiry are ever kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What happens when the method is charged."""

    APPROVES = "approves"
    DECLINES = "card_declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    LOST = "lost_card"
    EXPIRED = "expired_card"
    WRONG_CVC = "incorrect_cvc"
    PROCESSING_ERROR = "processing_error"
    LIVE_CARD = "test_mode_live_card"
    WRONG_NUMBER = "incorrect_number"
    AUTHENTICATES = "authenticates"  # at every payment, with the buyer there or not
    AUTHENTICATES_UNTIL_SET_UP = "authenticates_until_set_up"  # passes off session once it was saved for that
    AUTHENTICATES_THEN_DECLINES = "authenticates_then_declines"
    DECLINES_OFF_SESSION = "declines_off_session"  # pays when typed in, fails when charged as a saved card
    # Completes the page unpaid, with a payment that is `processing` until a control ends it; the names say how it is meant to end.
    ASYNC_SUCCEEDS = "async_succeeds"
    ASYNC_FAILS = "async_fails"


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a payment method: no number."""

    brand: str
    last4: str
    behaviour: Behaviour
    kind: str = "card"
    exp_month: int = 12
    exp_year: int = 2034


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a charge failed, in Stripe's words."""

    code: str
    decline_code: str | None
    message: str


# Cards whose bank asks the buyer who is there.
ASKING = (Behaviour.AUTHENTICATES, Behaviour.AUTHENTICATES_UNTIL_SET_UP, Behaviour.AUTHENTICATES_THEN_DECLINES)
# Decline codes after which Stripe plans further attempts but makes none with the same card.
HARD_CODES = frozenset(
    [
        "incorrect_number", "lost_card", "pickup_card", "stolen_card", "revocation_of_authorization", "revocation_of_all_authorizations",
        "authentication_required", "highest_risk_level", "transaction_not_allowed",
    ]
)  # fmt: skip
_DECLINED = "Your card was declined."
_NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
DECLINES = {
    Behaviour.DECLINES: Decline("card_declined", "generic_decline", _DECLINED),
    Behaviour.DECLINES_OFF_SESSION: Decline("card_declined", "generic_decline", _DECLINED),
    Behaviour.INSUFFICIENT_FUNDS: _NO_FUNDS,
    Behaviour.AUTHENTICATES_THEN_DECLINES: _NO_FUNDS,
    Behaviour.LOST: Decline("card_declined", "lost_card", _DECLINED),
    Behaviour.EXPIRED: Decline("expired_card", "expired_card", "Your card has expired."),
    Behaviour.WRONG_CVC: Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    Behaviour.PROCESSING_ERROR: Decline(
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    Behaviour.LIVE_CARD: Decline(
        "card_declined",
        "test_mode_live_card",
        "Your card was declined. Your request was in test mode, but used a non test card.",
    ),
    Behaviour.WRONG_NUMBER: Decline("incorrect_number", "incorrect_number", "Your card number is incorrect."),
}
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "The provided PaymentMethod has failed authentication. Provide another PaymentMethod to make a new attempt.",
)

_NUMBERS = {
    "4242424242424242": Behaviour.APPROVES,
    "4000056655665556": Behaviour.APPROVES,
    "5555555555554444": Behaviour.APPROVES,
    "378282246310005": Behaviour.APPROVES,
    "4000003560000008": Behaviour.APPROVES,
    "4000000000000002": Behaviour.DECLINES,
    "4000000000009995": Behaviour.INSUFFICIENT_FUNDS,
    "4000000000009987": Behaviour.LOST,
    "4000000000000069": Behaviour.EXPIRED,
    "4000000000000127": Behaviour.WRONG_CVC,
    "4000000000000119": Behaviour.PROCESSING_ERROR,
    "4000002500003155": Behaviour.AUTHENTICATES_UNTIL_SET_UP,
    "4000002760003184": Behaviour.AUTHENTICATES,
    "4000000000003220": Behaviour.AUTHENTICATES,
    "4000003800000446": Behaviour.AUTHENTICATES_UNTIL_SET_UP,  # and set up from the outset
    "4000008260003178": Behaviour.AUTHENTICATES_THEN_DECLINES,
    "4000000000000341": Behaviour.DECLINES_OFF_SESSION,
}
_ALIASES = {
    "async_success": Card("", "6789", Behaviour.ASYNC_SUCCEEDS, "us_bank_account"),
    "async_failure": Card("", "1116", Behaviour.ASYNC_FAILS, "us_bank_account"),
    # Our pages take cards only (MK-14); a card, too, may wait for its verdict.
    "card_in_review": Card("visa", "4242", Behaviour.ASYNC_SUCCEEDS),
}
SET_UP_FROM_THE_OUTSET = "0446"
# Stripe's own ids for tests: attaching or charging one makes a new payment method from it.
TOKENS = {
    "pm_card_visa": Card("visa", "4242", Behaviour.APPROVES),
    "pm_card_mastercard": Card("mastercard", "4444", Behaviour.APPROVES),
    "pm_card_chargeDeclined": Card("visa", "0002", Behaviour.DECLINES),
    "pm_card_visa_chargeDeclined": Card("visa", "0002", Behaviour.DECLINES),
    "pm_card_chargeDeclinedInsufficientFunds": Card("visa", "9995", Behaviour.INSUFFICIENT_FUNDS),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("visa", "9995", Behaviour.INSUFFICIENT_FUNDS),
    "pm_card_chargeCustomerFail": Card("visa", "0341", Behaviour.DECLINES_OFF_SESSION),
    "pm_card_authenticationRequired": Card("visa", "3184", Behaviour.AUTHENTICATES),
    "pm_card_authenticationRequiredOnSetup": Card("visa", "3155", Behaviour.AUTHENTICATES_UNTIL_SET_UP),
    "pm_card_authenticationRequiredSetupForOffSession": Card("visa", "0446", Behaviour.AUTHENTICATES_UNTIL_SET_UP),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "visa", "3178", Behaviour.AUTHENTICATES_THEN_DECLINES
    ),
    "pm_card_threeDSecure2Required": Card("visa", "3220", Behaviour.AUTHENTICATES),
    "pm_card_chargeDeclinedLostCard": Card("visa", "9987", Behaviour.LOST),
}


def read_card(number: str) -> Card:
    """The test card behind a number (spaces and dashes ignored) or alias; what is not a test card declines."""
    if number in _ALIASES:
        return _ALIASES[number]
    digits = re.sub(r"[ \-]", "", number)
    if not re.fullmatch(r"[0-9]{12,19}", digits) or not _luhn(digits):
        return Card("unknown", "0000", Behaviour.WRONG_NUMBER)
    return Card(_brand(digits), digits[-4:], _NUMBERS.get(digits, Behaviour.LIVE_CARD))


def _brand(digits: str) -> str:
    return {"4": "visa", "5": "mastercard", "2": "mastercard", "3": "amex"}.get(digits[0], "unknown")


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
