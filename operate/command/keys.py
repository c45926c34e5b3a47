"""`lotbook keys`: service keys of a deployment or of the local run, in its table."""

from __future__ import annotations

from typing import Annotated

import typer

from operate.command.asking import Asked, command
from operate.command.refusal import USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, counted

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke service keys.")
REMEMBERED = "The API may remember a key for 60 seconds."


@command(app, "list")
def _list(asked: Asked) -> CommandAnswer:
    """All keys: name, since when, whether revoked, scopes. The keys themselves are kept nowhere."""
    from operate import service_keys

    table, _ = asked.target.table()
    with asked.target.asked(table.name):
        found = service_keys.listed(table)
    rows = [(each["name"], each["created_at"], each["revoked_at"], " ".join(each["scopes"])) for each in found]
    grid = Grid(("name", "since", "revoked", "scopes"), rows)
    return CommandAnswer({"keys": found}, (grid if rows else "There is no key: `lotbook keys create NAME SCOPE...`.",))


@command(app, "create", changes=True)
def _create(
    asked: Asked,
    name: Annotated[str, typer.Argument(help="Shown as the actor of what it does.")],
    scopes: Annotated[list[str], typer.Argument(metavar="SCOPE...", help="Such as read, credits:consume.")],
) -> CommandAnswer:
    """Make a key and print it. It cannot be shown again."""
    from lotbook.api.http.identity import is_id
    from lotbook.domain.values.access import SCOPES
    from lotbook.usecases.accounts.authenticate import SERVICE_KEY_PREFIX
    from operate import service_keys

    if not is_id(name) or name.startswith(SERVICE_KEY_PREFIX):
        raise Refusal(f"{name!r} is no name: it has 1 to 64 letters, digits, _ and -.", USAGE)
    given = frozenset(each for each in SCOPES if each in scopes)
    if unknown := set(scopes) - given:
        raise Refusal(f"{min(unknown)!r} is no scope. There are {', '.join(SCOPES)}.", USAGE)
    table, clock = asked.target.table()
    asked.confirm(f"A key {name} with {', '.join(scopes)} would be made.")
    with asked.target.asked(table.name):
        key = service_keys.issue(table, name, given, clock.now())
    return CommandAnswer({"name": name, "scopes": sorted(given), "key": key}, (key,))


@command(app, "revoke", changes=True)
def _revoke(
    asked: Asked, key: Annotated[str, typer.Argument(metavar="NAME", help="All keys of that name, or the whole key.")]
) -> CommandAnswer:
    """Make a key unknown. The API may remember it for 60 seconds."""
    from operate import service_keys

    table, clock = asked.target.table()
    with asked.target.asked(table.name):
        found = service_keys.found(table, key)
    if not found:
        raise Refusal("There is no such key: `lotbook keys list` shows all.")
    names = ", ".join(sorted({each["key_id"] for each in found}))
    asked.confirm(f"{counted(len(found), 'key', 'keys')} of the name {names} would be revoked.")
    with asked.target.asked(table.name):
        revoked = service_keys.revoke(table, found, clock.now())
    said = f"{revoked} revoked. {REMEMBERED}" if revoked else "It was revoked before."
    return CommandAnswer({"name": names, "revoked": revoked}, (said,))
