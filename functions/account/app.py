"""Policies, accounts, balance, statement and promotional grants. What a route alone needs is imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from lotbook import wiring, wiring_accounts
from lotbook.api.answers import render
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import paths
from lotbook.domain.values import instants

if TYPE_CHECKING:
    from lotbook.domain.credits.requests import Balance
    from lotbook.domain.credits.statement_pages import EntryPage

Done = TypeVar("Done")


def publish(request: Request) -> Answer:
    """`PUT /v1/policies/{policy_id}`: the body is the document; its `policy_id` may be left out."""
    from lotbook.api.requests.policy_document import parse_policy
    from lotbook.usecases.accounts.policies import publish_policy

    policy_id = paths.new_policy_id(request.path)
    document = {"policy_id": policy_id, **request.json_object()}
    published = publish_policy(policy_id, parse_policy(document), document, policies=wiring.policies())
    return Answer(201, {"policy_id": published.policy_id, "version": published.version})


def show_policy(request: Request) -> Answer:
    """`GET /v1/policies/{policy_id}`."""
    from lotbook.usecases.accounts.policies import load_policy

    version = paths.version(request.query)
    return Answer(200, load_policy(paths.policy_id(request.path), version, policies=wiring.policies()).document)


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

    return Answer(200, render.balance(_in_unit(request, within)))


def _in_unit(request: Request, work: Callable[[str], Done]) -> Done:
    """In the unit that the query names, or in the first of the account's policy."""
    return wiring.units().within(request.account_id, paths.unit(request.query), work)


def show_entries(request: Request) -> Answer:
    """`GET .../entries`."""
    from lotbook.api.requests import filters
    from lotbook.domain.credits.statement_pages import PageAsked
    from lotbook.usecases.credits.statement import find_entries

    listing, limit = _statement(request), paging.limit_of(request.query)
    asked = PageAsked(limit, listing.start(), filters.entries_of(request.query))

    def within(unit: str) -> EntryPage:
        return find_entries(request.account_id, unit, asked, desk=wiring.reading_desk())

    page = _in_unit(request, within)
    return Answer(
        200, render.entries(request.account_id, page, _notes(request, page), listing.cursor(page.next_cursor))
    )


def export_statement(request: Request) -> Answer:
    """`GET .../entries/export`."""
    from lotbook.api.answers import render_csv
    from lotbook.usecases.credits.statement import export_entries

    listing = _statement(request)
    start = listing.start()

    def within(unit: str) -> EntryPage:
        return export_entries(request.account_id, unit, start, desk=wiring.reading_desk())

    page = _in_unit(request, within)
    next_cursor = listing.cursor(page.next_cursor)
    text = render_csv.entries(request.account_id, page.entries, _notes(request, page))
    return Answer(200, text, render_csv.headers("entries.csv", next_cursor))


def _notes(request: Request, page: EntryPage) -> Mapping[str, Mapping[str, str]]:
    from lotbook.usecases.credits.notes import notes_of

    return notes_of(request.account_id, page.entries, books=wiring.books())


def _statement(request: Request) -> paging.Listing:
    """The same list for both: a cursor of one goes on in the other."""
    return paging.Listing("entries", request.path, request.query, wiring.cursor_key)


def grant(request: Request) -> Answer:
    """`POST .../grants`."""
    from lotbook.api.requests import schemas
    from lotbook.usecases.accounts.grant_promotion import GrantDesk, Promotion, grant_promotion

    asked = schemas.read(schemas.GrantBody, request.json_object())
    expires_at = None if asked.expires_at is None else instants.from_text(asked.expires_at)
    granted = grant_promotion(
        request.account_id,
        request.key,
        Promotion(asked.credits, asked.unit, expires_at, asked.reason, request.caller.actor),
        desk=GrantDesk(wiring.accounts(), wiring.policies(), wiring.idempotency(), wiring.credit_desk()),
    )
    return once(201, {"lot_id": granted.lot_id, "entry_id": granted.entry_id}, replayed=granted.replayed)


def list_holds(request: Request) -> Answer:
    """`GET .../holds`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import filters
    from lotbook.usecases.credits import read_holds

    listing, limit = (
        paging.Listing("holds", request.path, request.query, wiring.cursor_key),
        paging.limit_of(request.query),
    )
    asked = read_holds.HoldsAsked(limit, listing.start(), filters.hold_state_of(request.query))

    def within(unit: str) -> read_holds.HoldPage:
        return read_holds.list_holds(request.account_id, unit, asked, desk=wiring.reading_desk())

    page = _in_unit(request, within)
    return Answer(200, render_ledger.holds(page, listing.cursor(page.next_cursor)))


def show_hold(request: Request) -> Answer:
    """`GET .../holds/{hold_id}`."""
    from lotbook.api.answers import render_ledger
    from lotbook.usecases.credits.read_holds import read_hold

    view = read_hold(request.account_id, request.path["hold_id"], desk=wiring.credit_desk())
    return Answer(200, render_ledger.hold(view))


def show_entry(request: Request) -> Answer:
    """`GET .../entries/{entry_id}`."""
    from lotbook.usecases.credits.notes import notes_of
    from lotbook.usecases.credits.read_entry import read_entry

    entry = read_entry(request.account_id, request.path["entry_id"], books=wiring.books())
    notes = notes_of(request.account_id, [entry], books=wiring.books())
    return Answer(200, render.entry(request.account_id, entry, notes.get(entry.name)))


def show_lot(request: Request) -> Answer:
    """`GET .../lots/{lot_id}`."""
    from lotbook.api.answers import render_ledger
    from lotbook.domain.values.errors import LotNotFound
    from lotbook.usecases.credits.read_lot import read_lot

    lot_id = paths.lot_id(request.path)
    view = wiring.units().anywhere(
        request.account_id,
        lambda unit: read_lot(request.account_id, unit, lot_id, desk=wiring.credit_desk()),
        LotNotFound,
    )
    return Answer(200, render_ledger.lot(view))


def void(request: Request) -> Answer:
    """`POST .../lots/{lot_id}/void`."""
    from lotbook.api.answers import render_ledger
    from lotbook.api.requests import schemas
    from lotbook.domain.values.errors import LotNotFound
    from lotbook.usecases.credits.void_lot import VoidLot, void_lot

    asked = schemas.read(schemas.VoidBody, request.json_object())
    command = VoidLot(paths.lot_id(request.path), request.key, asked.credits, asked.reason, request.caller.actor)
    desk, keys = wiring.credit_desk(), wiring.idempotency()
    result = wiring.units().anywhere(
        request.account_id, lambda unit: void_lot(request.account_id, unit, command, desk=desk, keys=keys), LotNotFound
    )
    return once(200, render_ledger.voided(result), replayed=result.replayed)


def show_report(request: Request) -> Answer:
    """`GET /v1/reports/{report}`."""
    from lotbook import wiring_reports
    from lotbook.api.answers import render_reports
    from lotbook.api.requests import reports
    from lotbook.usecases.reports.read_report import Asked, read_report

    asked = Asked(reports.report(request.path), reports.month(request.query), reports.currency(request.query))
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
    "PUT /v1/policies/{policy_id}": publish,
    "GET /v1/policies/{policy_id}": show_policy,
    "POST /v1/accounts": open_one,
    "GET /v1/accounts": list_all,
    "GET /v1/accounts/{account_id}": show_account,
    "PATCH /v1/accounts/{account_id}": change,
    "GET /v1/accounts/{account_id}/balance": show_balance,
    "GET /v1/accounts/{account_id}/entries": show_entries,
    "GET /v1/accounts/{account_id}/entries/export": export_statement,
    "POST /v1/accounts/{account_id}/grants": grant,
    "GET /v1/accounts/{account_id}/holds": list_holds,
    "GET /v1/accounts/{account_id}/holds/{hold_id}": show_hold,
    "GET /v1/accounts/{account_id}/lots/{lot_id}": show_lot,
    "POST /v1/accounts/{account_id}/lots/{lot_id}/void": void,
    "GET /v1/accounts/{account_id}/entries/{entry_id}": show_entry,
    "GET /v1/reports/{report}": show_report,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
