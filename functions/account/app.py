"""Policies, accounts, balance, statement and promotional grants. What a route alone needs is imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import policies, wiring, wiring_accounts
from lotbook.api.answers import render
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import paths
from lotbook.domain.values import instants
from lotbook.ledger import holds, lots, statement

if TYPE_CHECKING:
    from lotbook.domain.credits.requests import Balance


def open_one(request: Request) -> Answer:
    """`POST /v1/accounts`."""
    from lotbook.api.requests import schemas
    from lotbook.usecases.accounts.open_account import OpenAccount, open_account

    asked = schemas.read(schemas.AccountBody, request.json_object())
    opened = open_account(
        OpenAccount(**asked.model_dump()),
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        desk=wiring.credit_desk(),
    )
    return Answer(201 if opened.created else 200, _account(opened.account.account_id))


def list_all(request: Request) -> Answer:
    """`GET /v1/accounts`."""
    from lotbook.api.requests import filters
    from lotbook.usecases.accounts.list_accounts import list_accounts

    listing = paging.Listing("accounts", request.path, request.query, wiring.cursor_key)
    limit, wanted = paging.limit_of(request.query), filters.accounts_of(request.query)
    views, after = list_accounts(wanted, limit, listing.start(), desk=wiring_accounts.listing_desk())
    shown = [render.account(view, whole=True) for view in views]
    return Answer(200, {"accounts": shown, "next_cursor": listing.cursor(after)})


def show_account(request: Request) -> Answer:
    """`GET /v1/accounts/{account_id}`."""
    return Answer(200, _account(request.account_id, whole=request.caller.kind == "service"))


def change(request: Request) -> Answer:
    """`PATCH /v1/accounts/{account_id}`."""
    from lotbook.api.requests import schemas
    from lotbook.usecases.accounts.change_account import change_account
    from lotbook.usecases.plans import agree

    asked = schemas.read(schemas.AccountPatchBody, request.json_object())
    if asked.plan_id is not None:  # what would refuse it, before anything is changed
        agree.check_agreed_plan(request.account_id, asked.plan_id, desk=wiring.sales_desk())
    change_account(request.account_id, asked.to_change(), accounts=wiring.accounts())
    if asked.plan_id is not None:
        agree.agree_on_plan(request.account_id, asked.plan_id, desk=wiring.sales_desk())
    return Answer(200, _account(request.account_id))


def _account(account_id: str, *, whole: bool = True) -> Mapping[str, Any]:
    from lotbook.usecases.accounts.read_account import read_account

    view = read_account(account_id, accounts=wiring.accounts(), policies=wiring.policies(), desk=wiring.credit_desk())
    return render.account(view, whole=whole)


def show_balance(request: Request) -> Answer:
    """`GET .../balance`."""
    from lotbook.usecases.credits.balance import read_balance

    def within(unit: str) -> Balance:
        return read_balance(request.account_id, unit, desk=wiring.credit_desk())

    unit = paths.unit(request.query)
    return Answer(200, render.balance(wiring.units().within(request.account_id, unit, within)))


def grant(request: Request) -> Answer:
    """`POST .../grants`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import grant_bodies
    from lotbook.usecases.accounts.grant_promotion import GrantDesk, Promotion, grant_promotion

    asked = grant_bodies.read(grant_bodies.GrantBody, request.json_object())
    expires_at, effective_at = (instants.from_optional_text(text) for text in (asked.expires_at, asked.effective_at))
    promotion = Promotion(
        asked.credits,
        asked.unit,
        expires_at,
        asked.reason,
        request.caller.actor,
        effective_at=effective_at,
        metadata=asked.metadata,
    )
    granted = grant_promotion(
        request.account_id,
        request.key,
        promotion,
        desk=GrantDesk(wiring.accounts(), wiring.policies(), wiring.idempotency(), wiring.credit_desk()),
    )
    return once(201, render_ledger.granted(granted), replayed=granted.replayed)


def show_report(request: Request) -> Answer:
    """`GET /v1/reports/{report}`."""
    from lotbook import wiring_reports
    from lotbook.api.answers import render_reports
    from lotbook.api.requests import reports
    from lotbook.usecases.reports.read_report import ReportAsked, read_report

    asked = ReportAsked(reports.report(request.path), reports.month(request.query), reports.currency(request.query))
    listing = paging.Listing("reports", request.path, request.query, wiring.cursor_key)
    page = read_report(asked, listing.start(), desk=wiring_reports.report_desk())
    next_cursor = listing.cursor(page.after)
    if reports.wants_json(request.headers):
        return Answer(200, render_reports.report(page, next_cursor))
    return Answer(200, render_reports.report_csv(page), render_reports.csv_headers(page, next_cursor))


def describe(_request: Request) -> Answer:
    """`GET /v1/openapi.json`."""
    from lotbook.api import openapi

    return Answer(200, openapi.document())


ROUTES = {
    "GET /v1/openapi.json": describe,
    "GET /v1/policy-schema.json": policies.show_schema,
    "PUT /v1/policies/{policy_id}": policies.publish,
    "GET /v1/policies": policies.list_all,
    "GET /v1/policies/{policy_id}": policies.show,
    "GET /v1/policies/{policy_id}/versions": policies.list_versions,
    "POST /v1/accounts": open_one,
    "GET /v1/accounts": list_all,
    "GET /v1/accounts/{account_id}": show_account,
    "PATCH /v1/accounts/{account_id}": change,
    "GET /v1/accounts/{account_id}/balance": show_balance,
    "GET /v1/accounts/{account_id}/entries": statement.show,
    "GET /v1/accounts/{account_id}/entries/export": statement.export,
    "POST /v1/accounts/{account_id}/grants": grant,
    "GET /v1/accounts/{account_id}/holds": holds.show,
    "GET /v1/accounts/{account_id}/holds/{hold_id}": holds.show_one,
    "GET /v1/accounts/{account_id}/lots/{lot_id}": lots.show_one,
    "POST /v1/accounts/{account_id}/lots/{lot_id}/void": lots.void,
    "GET /v1/accounts/{account_id}/entries/{entry_id}": statement.show_one,
    "GET /v1/reports/{report}": show_report,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
