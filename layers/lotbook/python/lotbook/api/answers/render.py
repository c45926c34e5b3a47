"""Results of use cases -> the contract's shapes. No decisions here; imports nothing that consume would have to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lotbook.api.answers.render_draws import draws
from lotbook.domain.values.instants import to_optional_text, to_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from lotbook.api.answers import shapes, shapes_auto, shapes_burning
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.automatic import Suspension
    from lotbook.domain.credits.requests import (
        Balance,
        Burned,
        Held,
        LotView,
        Resolved,
    )
    from lotbook.domain.sales.auto_views import AutoView
    from lotbook.usecases.accounts.read_account import AccountView

Given = TypeVar("Given")
Shaped = TypeVar("Shaped")


def burned(result: Burned) -> shapes_burning.Consumed:
    """The answer of consume."""
    return {
        "entry_id": result.entry_id,
        "credits": result.credits,
        "draws": draws(result.draws),
        "available": result.available,
        "at": to_text(result.at),
        **by_usage(result.rated),
    }


def by_usage(rated: str | None) -> shapes_burning._ByUsage:
    """How the credits were calculated, where they were burned or held by usage."""
    if rated is None:
        return {}
    from lotbook.api.answers import render_rated  # a burn by credits does without

    return render_rated.by_usage(rated)


def held(result: Held) -> shapes_burning.Held:
    """The answer of a hold."""
    return {
        "hold_id": result.hold_id,
        "credits": result.credits,
        "expires_at": to_text(result.expires_at),
        "available": result.available,
        **by_usage(result.rated),
    }


def resolved(result: Resolved) -> shapes.Resolved:
    """The answer of a capture or a release."""
    return {
        "hold_id": result.hold_id,
        "captured": result.captured,
        "released": result.released,
        "available": result.available,
    }


def balance(result: Balance) -> shapes.Balance:
    """The answer of balance."""
    return {
        "account_id": result.account_id,
        "unit": result.unit,
        "as_of": to_text(result.as_of),
        "available": result.available,
        "held": result.held,
        "frozen": result.frozen,
        "waiting": result.waiting,
        "shortfall": result.shortfall,
        "lots": [_lot(lot) for lot in result.lots],
    }


def _lot(lot: LotView) -> shapes.Lot:
    return {
        "lot_id": lot.lot_id,
        "unit": lot.unit,
        "kind": lot.kind,
        "granted": lot.granted,
        "remaining": lot.remaining,
        "held": lot.held,
        "effective_at": to_text(lot.effective_at),
        "expires_at": to_optional_text(lot.expires_at),
        "state": lot.state,
        "purchase_id": lot.purchase_id,
    }


def account(view: AccountView, *, whole: bool = False) -> shapes.Account:
    """The answer of account; `whole`: with what is the seller's own business."""
    known = view.account
    from lotbook.domain.accounts.pauses import reasons_of  # consume renders, too, but no account

    return {
        "account_id": known.account_id,
        "policy_id": known.policy_id,
        "policy_version": view.policy_version,
        "plan_id": known.plan_id,
        "plan_billing": known.plan_billing,
        "plan_state": view.plan_state,
        "cancel_at": to_optional_text(view.cancel_at),
        "next_plan": view.next_plan and {"plan_id": view.next_plan[0], "at": to_text(view.next_plan[1])},
        "grace_ends_at": to_optional_text(view.grace_ends_at),
        "plan_ends_at": to_optional_text(view.plan_ends_at),
        "plan_ends_soon": view.plan_ends_soon,
        "entitlements": list(view.entitlements),
        "created_at": to_text(known.created_at),
        "email": known.email if whole else None,
        "external_id": known.external_id if whole else None,
        "metadata": dict(known.metadata) if whole else None,
        "region": known.region,
        "currency": known.currency,
        "time_zone": known.time_zone,
        "state": known.state,
        "pause_reason": known.pause_reason,
        "pause_reasons": list(reasons_of(known)),
        "closed_at": to_optional_text(known.closing.at if known.closing else None),
        "erased_at": to_optional_text(known.closing.erased_at if known.closing else None),
        "period": view.period and {"start": to_text(view.period[0]), "end": to_text(view.period[1])},
        "credits_reset_at": to_optional_text(view.credits_reset_at),
        "auto_top_up": auto_top_up(view.auto_top_up),
        "notifications": _notifications(known),
    }


def _notifications(account: Account) -> shapes.Notifications:
    from lotbook.domain.accounts.mail_choices import is_unreachable  # consume renders, too, but no account

    wanted, known = account.notifications, account.notifications.unreachable
    return {
        "locale": wanted.locale,
        "off": list(wanted.off),
        "unreachable": {"reason": known.reason, "at": to_text(known.at)} if known and is_unreachable(account) else None,
    }


def auto_top_up(view: AutoView) -> shapes_auto.AutoTopUp:
    """As the account has it now."""
    return {
        "enabled": view.enabled,
        "credits": view.credits,
        "below": view.below,
        "up_to": view.up_to,
        "surcharge": optional(view.surcharge, decimal_text),
        "unit_price": optional(view.unit_price, decimal_text),
        "next_charge_minor": view.next_charge_minor,
        "currency": view.currency,
        "used_this_period": view.used,
        "cap_this_period": view.cap,
        "limit_minor": view.limit_minor,
        "spent_this_period_minor": view.spent_minor,
        "state": view.state,
        "last_failure": optional(view.suspended, _auto_failure),
        "payment_method": view.card,
        "off_reason": view.off_reason,
    }


def _auto_failure(failed: Suspension) -> shapes_auto.AutoFailure:
    return {
        "code": failed.code,
        "decline_code": failed.decline_code,
        "at": to_text(failed.at),
        "purchase_id": failed.purchase_id,
        "page_url": failed.page_url,
    }


def optional(value: Given | None, shape: Callable[[Given], Shaped]) -> Shaped | None:
    """The shape of a value that may be absent."""
    return None if value is None else shape(value)


def decimal_text(number: Decimal) -> str:
    """A decimal in plain digits, without trailing zeros: the same text before and after the table kept it."""
    from lotbook.domain.values.money import to_text as plain_digits  # not needed to burn

    return plain_digits(number)
