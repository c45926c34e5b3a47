"""`lotbook accounts`: open, find, show, change and close them, and what an operator has to do with them as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from operate.command.asking import Asked, command, used
from operate.command.refusal import FAILED, USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, counted, pairs, progress

app = typer.Typer(no_args_is_help=True, help="Open, find, show, change and close accounts.")
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its account_id.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most so many, newest first.")]
SHOWN = ("account_id", "policy_id", "plan_id", "state", "email")


@command(app, "list")
def _list(
    asked: Asked,
    policy: Annotated[str | None, typer.Option(help="Only of this policy.")] = None,
    plan: Annotated[str | None, typer.Option(help="Only on this plan.")] = None,
    state: Annotated[str | None, typer.Option(help="active, paused or closed.")] = None,
    limit: Most = 25,
) -> CommandAnswer:
    """Accounts, newest first."""
    return _accounts(asked, {"policy_id": policy, "plan_id": plan, "state": state}, limit)


@command(app, "find")
def _find(
    asked: Asked, words: Annotated[str, typer.Argument(metavar="TEXT", help="An e-mail, external_id or account_id.")]
) -> CommandAnswer:
    """The accounts with this e-mail, external_id or account_id, exactly. Exits with 1 where there is none."""
    from operate.command.api import operations

    api = asked.target.api()
    found: dict[str, dict[str, Any]] = {}
    for query in ({"email": words}, {"external_id": words}) if "@" in words else ({"external_id": words},):
        found |= {
            each["account_id"]: each for each in api.items(operations.LIST_ACCOUNTS, "accounts", 100, query=query)
        }
    try:
        itself = api.ask(operations.READ_ACCOUNT, path={"account_id": words})
        found[itself["account_id"]] = itself
    except Refusal as refusal:
        if refusal.code != FAILED:
            raise
    if not found:
        raise Refusal(f"No account has the e-mail, external_id or account_id {words}: `lotbook accounts list`.")
    return CommandAnswer({"accounts": list(found.values())}, (_grid(list(found.values())),))


@command(app, "show")
def _show(asked: Asked, account: Account) -> CommandAnswer:
    """All that the API tells of one account."""
    from operate.command.api import operations

    return _one(asked.target.api().ask(operations.READ_ACCOUNT, path={"account_id": account}))


@dataclass(frozen=True)
class _NewAccount:
    """What an account is opened with."""

    policy: Annotated[str, typer.Option(help="The policy's id.")]
    email: Annotated[str, typer.Option(help="Where mails go.")]
    region: Annotated[str, typer.Option(help="A country's code: it decides about currency and tax.")] = "US"
    plan: Annotated[str | None, typer.Option(help="A plan that is billed elsewhere.")] = None
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")] = None

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        body = {"policy_id": self.policy, "region": self.region, "email": self.email}
        return body | used({"plan_id": self.plan, "time_zone": self.time_zone})


@command(app, "open", changes=True)
def _open(asked: Asked, account: Account, new: _NewAccount) -> CommandAnswer:
    """Open an account; its free credits are there at once. The same again changes nothing."""
    from operate.command.api import operations

    asked.confirm(f"The account {account} would be opened.")
    return _one(asked.target.api().ask(operations.OPEN_ACCOUNT, body={"account_id": account, **new.body()}))


@dataclass(frozen=True)
class _Changes:
    """What of an account is changed."""

    email: Annotated[str | None, typer.Option(help="Where mails go.")] = None
    external_id: Annotated[str | None, typer.Option(help="Your own name for it; '' takes it away.")] = None
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")] = None
    plan: Annotated[str | None, typer.Option(help="The plan that was agreed on.")] = None
    metadata: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="All of it, anew.")] = None

    def body(self) -> dict[str, Any]:
        """As the API takes it: what is not there stays as it is."""
        body = used({"email": self.email, "time_zone": self.time_zone, "plan_id": self.plan})
        if self.external_id is not None:
            body["external_id"] = self.external_id or None
        return body | ({"metadata": named_values(self.metadata)} if self.metadata else {})


@command(app, "change", changes=True)
def _change(asked: Asked, account: Account, changes: _Changes) -> CommandAnswer:
    """Change what is given, and leave the rest as it is."""
    from operate.command.api import operations

    body = changes.body()
    if not body:
        raise Refusal("Name what is to be changed: --email, --external-id, --time-zone, --plan or --metadata.", USAGE)
    asked.confirm(f"{', '.join(body)} of {account} would be changed.")
    return _one(asked.target.api().ask(operations.CHANGE_ACCOUNT, path={"account_id": account}, body=body))


@command(app, "close", changes=True)
def _close(
    asked: Asked, account: Account, reason: Annotated[str, typer.Option(help="Why: it is kept.")]
) -> CommandAnswer:
    """Close an account for good: its plan is cancelled, nothing more is bought or burned; reads go on."""
    from operate.command.api import operations

    asked.confirm(f"{account} would be closed for good.")
    path = {"account_id": account}
    return _one(asked.target.api().ask(operations.CLOSE_ACCOUNT, path=path, body={"reason": reason}))


@command(app, "export")
def _export(
    asked: Asked,
    account: Account,
    into: Annotated[Path, typer.Argument(metavar="FILE", help="The zip to be written, such as acme.zip.")],
) -> CommandAnswer:
    """All that is kept of one account, as a zip. It is personal: give it to whom it belongs, and delete it."""
    from lotbook.domain.values.errors import AccountNotFound
    from operate.export_account import export
    from operate.exporting import Exporting

    table, clock = asked.target.table()
    try:
        with asked.target.asked(table.name), progress(f"Exporting {account}") as step:
            counts = export(account, into, Exporting(table, clock), step)
    except AccountNotFound as absent:
        raise Refusal(f"There is no account {account}: `lotbook accounts find TEXT` looks for it.") from absent
    except OSError as unwritable:
        raise Refusal(f"{into} cannot be written: {unwritable.strerror}. Name another file.") from unwritable
    grid = Grid(("lines", "file"), [(count, name) for name, count in counts.items()], frozenset({"lines"}))
    return CommandAnswer({"account_id": account, "archive": str(into), "lines": counts}, (grid,))


@command(app, "enrol", changes=True)
def _enrol(asked: Asked) -> CommandAnswer:
    """Enter accounts and policies of older releases into the directory that lists and `find` read. Again it changes nothing."""
    from operate.enrol import enrol

    table, _ = asked.target.table()
    asked.confirm(f"All accounts and policies of {table.name} would be entered into the directory.")
    with asked.target.asked(table.name), progress("Entering") as step:
        accounts, policies = enrol(table, step)
    told = f"{counted(accounts, 'account', 'accounts')} and {counted(policies, 'policy', 'policies')} are in the directory."
    return CommandAnswer({"accounts": accounts, "policies": policies}, (told,))


def named_values(given: list[str]) -> dict[str, str]:
    """`NAME=VALUE` each. Raises Refusal."""
    if wrong := [each for each in given if "=" not in each]:
        raise Refusal(f"--metadata {wrong[0]}: it is NAME=VALUE.", USAGE)
    return dict(each.split("=", 1) for each in given)


def _accounts(asked: Asked, query: dict[str, Any], limit: int) -> CommandAnswer:
    from operate.command.api import operations

    found = asked.target.api().items(operations.LIST_ACCOUNTS, "accounts", limit, query=query)
    return CommandAnswer({"accounts": found}, (_grid(found) if found else "There is no such account.",))


def _grid(found: list[dict[str, Any]]) -> Grid:
    """The columns that tell accounts apart, and fit into 80 characters."""
    return Grid(("account", "policy", "plan", "state", "e-mail"), [[each[name] for name in SHOWN] for each in found])


def _one(found: dict[str, Any]) -> CommandAnswer:
    return CommandAnswer(found, (pairs(found),))
