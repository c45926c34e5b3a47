"""What is done to an account, through the public API: opened, burned, granted, sold to, asked about."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from local.console.doing import Action, Doing, Result
from local.console.fields import Fields
from local.console.words import PAGES, money, number


def account_path(account_id: str) -> str:
    """Its page."""
    return f"{PAGES}/accounts/{quote(account_id, safe='')}"


def _account(fields: Fields) -> str:
    return f"/v1/accounts/{fields.step('account_id')}"


def _open(fields: Fields, doing: Doing) -> Result:
    body = {"account_id": fields.text("account_id"), "policy_id": fields.text("policy_id")}
    body |= {"region": fields.text("region"), "email": fields.text("email")}
    if plan_id := fields.maybe("plan_id"):
        body["plan_id"] = plan_id
    opened = doing.api("POST", "/v1/accounts", body)
    account_id = str(opened["account_id"])
    sentence = f"The account {account_id} is open, on the plan {opened['plan_id']}."
    return Result(sentence, (("Go to the account", account_path(account_id)),))


def _with_unit(fields: Fields, body: dict[str, Any]) -> dict[str, Any]:
    unit = fields.maybe("unit")
    return {**body, "unit": unit} if unit else body


def _burn(fields: Fields, doing: Doing) -> Result:
    body = _with_unit(fields, {"credits": fields.whole("credits")})
    if reference := fields.maybe("reference"):
        body["reference"] = reference
    burned = doing.api("POST", f"{_account(fields)}/consume", body, fields.text("key"))
    lots = len(burned["draws"])
    drawn = f"from {lots} lots" if lots > 1 else "from one lot"
    return Result(f"{number(burned['credits'])} were burned {drawn}; {number(burned['available'])} are left.")


def _grant(fields: Fields, doing: Doing) -> Result:
    body = _with_unit(fields, {"credits": fields.whole("credits"), "kind": "promotional"})
    body["reason"] = fields.text("reason")
    if expires_at := fields.maybe("expires_at"):
        body["expires_at"] = expires_at
    doing.api("POST", f"{_account(fields)}/grants", body, fields.text("key"))
    return Result(f"{number(body['credits'])} promotional credits were granted.")


def _order(fields: Fields, doing: Doing) -> Result:
    """The consent is that of the policy's present version, as the page showed it."""
    pack = fields.maybe("pack")
    item = {"kind": "top_up", **({"pack_id": pack} if pack else {"credits": fields.whole("credits")})}
    back = doing.desk.base_url + account_path(fields.text("account_id"))
    body: dict[str, Any] = {"item": item, "success_url": back, "cancel_url": back}
    if fields.ticked("consent"):
        body["consent"] = {"kind": "refund_policy", "version": fields.text("consent")}
    ordered = doing.api("POST", f"{_account(fields)}/purchases", body, fields.text("key"))
    pay = ordered.get("checkout_url")
    links = (("Pay on the gateway's page", str(pay)),) if pay else ()
    return Result(f"The order {ordered['purchase_id']} is {ordered['state']}.", links)


def _recheck(fields: Fields, doing: Doing) -> Result:
    return _purchase(fields, doing, "recheck")


def _abandon(fields: Fields, doing: Doing) -> Result:
    return _purchase(fields, doing, "abandon")


def _refund(fields: Fields, doing: Doing) -> Result:
    path = f"{_account(fields)}/purchases/{fields.step('purchase_id')}/refund"
    found = doing.api("POST", path, None, doing.desk.new_key())
    doing.settle()
    amount = money(found["amount_minor"], found["currency"])
    return Result(f"{amount} go back for {number(found['credits'])} credits.")


def _purchase(fields: Fields, doing: Doing, verb: str) -> Result:
    found = doing.api("POST", f"{_account(fields)}/purchases/{fields.step('purchase_id')}/{verb}")
    return Result(f"The order {found['purchase_id']} is {found['state']}.")


ACTIONS: dict[str, Action] = {
    "account.open": Action("Open an account", _open),
    "account.burn": Action("Burn credits", _burn),
    "account.grant": Action("Grant credits", _grant),
    "account.order": Action("Order credits", _order),
    "purchase.recheck": Action("Recheck an order", _recheck),
    "purchase.abandon": Action("Abandon an order", _abandon),
    "purchase.refund": Action("Refund an order", _refund),
}
