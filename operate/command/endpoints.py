"""`lotbook endpoints`: where a seller's events go, and what became of each delivery."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from operate.command.asking import Asked, command
from operate.command.shown import CommandAnswer, Grid, pairs

app = typer.Typer(no_args_is_help=True, help="Endpoints of the seller, and deliveries to them.")
Endpoint = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its endpoint_id.")]


@command(app, "list")
def _list(asked: Asked) -> CommandAnswer:
    """All endpoints, and whether they are switched off."""
    from operate.command.api import operations

    found = asked.target.api().ask(operations.LIST_ENDPOINTS)
    rows = [
        (each["endpoint_id"], each["state"], each["disabled_reason"], each["url"], each["types"])
        for each in found["endpoints"]
    ]
    grid = Grid(("endpoint", "state", "why", "url", "types"), rows)
    return CommandAnswer(found, (grid if rows else "There is no endpoint: `lotbook endpoints make URL TYPE...`.",))


@command(app, "make", changes=True)
def _make(
    asked: Asked,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where events go: https://...")],
    types: Annotated[list[str], typer.Argument(metavar="TYPE...", help="Such as credits.low; EVENTS.md has all.")],
    email: Annotated[str | None, typer.Option(help="Who is told when it is switched off.")] = None,
) -> CommandAnswer:
    """Make an endpoint, and print its secret: it is not shown again."""
    from operate.command.api import operations

    asked.confirm(f"An endpoint {address} would be made.")
    body = {"url": address, "types": types} | ({"email": email} if email else {})
    return _one(asked.target.api().ask(operations.MAKE_ENDPOINT, body=body))


@command(app, "switch", changes=True)
def _switch(
    asked: Asked, endpoint: Endpoint, on: Annotated[bool, typer.Option("--on/--off", help="Whether it is told.")] = True
) -> CommandAnswer:
    """Switch an endpoint on again, or off."""
    from operate.command.api import operations

    state = "enabled" if on else "disabled"
    asked.confirm(f"{endpoint} would be {state}.")
    path = {"endpoint_id": endpoint}
    return _one(asked.target.api().ask(operations.CHANGE_ENDPOINT, path=path, body={"state": state}))


@command(app, "rotate", changes=True)
def _rotate(asked: Asked, endpoint: Endpoint) -> CommandAnswer:
    """Give it another secret, and print it. The one before signs beside it for a while."""
    from operate.command.api import operations

    asked.confirm(f"{endpoint} would have another secret.")
    return _one(asked.target.api().ask(operations.ROTATE_ENDPOINT_SECRET, path={"endpoint_id": endpoint}))


@command(app, "delete", changes=True)
def _delete(asked: Asked, endpoint: Endpoint) -> CommandAnswer:
    """Delete an endpoint: nothing more goes there."""
    from operate.command.api import operations

    asked.confirm(f"{endpoint} would be deleted.")
    return _one(asked.target.api().ask(operations.DELETE_ENDPOINT, path={"endpoint_id": endpoint}))


@command(app, "deliveries")
def _deliveries(
    asked: Asked,
    endpoint: Endpoint,
    state: Annotated[str | None, typer.Option(help="pending, delivered or failed.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, newest first.")] = 25,
) -> CommandAnswer:
    """What was sent to an endpoint, and how it was answered."""
    from operate.command.api import operations

    asked_for = {"path": {"endpoint_id": endpoint}, "query": {"state": state}}
    found = asked.target.api().items(operations.LIST_ENDPOINT_DELIVERIES, "deliveries", limit, **asked_for)
    rows = [
        (
            each["delivery_id"],
            each["type"],
            each["state"],
            len(each["attempts"]),
            each["next_attempt_at"] or each["reason"],
        )
        for each in found
    ]
    grid = Grid(("delivery", "type", "state", "tries", "next, or why not"), rows, frozenset({"tries"}))
    return CommandAnswer({"deliveries": found}, (grid if rows else "Nothing was sent there.",))


@command(app, "again", changes=True)
def _again(
    asked: Asked,
    endpoint: Endpoint,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="Its delivery_id.")],
) -> CommandAnswer:
    """Send a delivery again."""
    from operate.command.api import operations

    asked.confirm(f"{delivery} would be sent again.")
    path = {"endpoint_id": endpoint, "delivery_id": delivery}
    return _one(asked.target.api().ask(operations.SEND_DELIVERY_AGAIN, path=path))


def _one(found: dict[str, Any]) -> CommandAnswer:
    return CommandAnswer(found, (pairs(found),))
