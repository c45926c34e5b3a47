"""`lotbook policies`: list policies and their versions, check one, say what it changes and whom, and publish it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from operate.command.accounts import Most
from operate.command.asking import Asked, command
from operate.command.refusal import FAILED, OK, Refusal
from operate.command.shown import CommandAnswer, Grid, counted, progress

app = typer.Typer(no_args_is_help=True, help="List, check, compare and publish policies.")
MOST_PAGES = 20  # of counted accounts, a thousand each
NO_POLICY = "None was published: `lotbook policies publish FILE` makes one."
PUBLISHED = ("version", "published_at", "published_by")
File = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML.")]


@command(app, "list")
def _list(asked: Asked, limit: Most = 25) -> CommandAnswer:
    """The policies that there are, newest first, each with its newest version."""
    from operate.command.api import operations

    found = asked.target.api().items(operations.LIST_POLICIES, "policies", limit)
    rows = [[each["policy_id"], each["title"], *(each[name] for name in PUBLISHED)] for each in found]
    grid = Grid(("policy", "title", "version", "published", "by"), rows, frozenset({"version"}))
    return CommandAnswer({"policies": found}, (grid if rows else NO_POLICY,))


@command(app, "versions")
def _versions(
    asked: Asked, policy: Annotated[str, typer.Argument(metavar="POLICY", help="Its policy_id.")], limit: Most = 25
) -> CommandAnswer:
    """The versions of a policy, newest first: when each was published, and with which service key."""
    from operate.command.api import operations

    path = {"policy_id": policy}
    found = asked.target.api().items(operations.LIST_POLICY_VERSIONS, "versions", limit, path=path)
    rows = [[each[name] for name in PUBLISHED] for each in found]
    grid = Grid(("version", "published", "by"), rows, frozenset({"version"}))
    return CommandAnswer({"policy_id": policy, "versions": found}, (grid,))


@command(app, "check", targeted=False)
def _check(
    _asked: Asked,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Policies in YAML (the samples).")
    ] = None,
) -> CommandAnswer:
    """Say what is wrong with policies, and where. Exits with 1 where something is."""
    from local.policies import VARIANTS, sample_policies

    told = [_checked(path) for path in files or [*sample_policies(), *sorted(VARIANTS.glob("*.yaml"))]]
    rows = [(each["file"], error["field"] or "document", error["message"]) for each in told for error in each["errors"]]
    good = f"{counted(sum(not each['errors'] for each in told), 'policy is', 'policies are')} as they should be."
    shown = (Grid(("file", "where", "what"), rows), good)
    return CommandAnswer({"policies": told}, shown, FAILED if rows else OK)


@command(app, "diff")
def _diff(asked: Asked, file: File) -> CommandAnswer:
    """What would change, and for how many accounts of which plans, before it is published."""
    document = _document(file)
    found = _compared(asked, document)
    return CommandAnswer(found, _told(found))


@command(app, "publish", changes=True)
def _publish(asked: Asked, file: File) -> CommandAnswer:
    """Publish a policy as its next version, after showing what changes. What was sold keeps the version it was sold under."""
    from operate.command.api import operations

    document = _document(file)
    found = _compared(asked, document)
    if not found["changes"]:
        return CommandAnswer(found, _told(found))
    if not asked.yes:
        _on_stderr(found)
    asked.confirm(f"{found['policy_id']} would be published as its next version.", also_here=True)
    path = {"policy_id": found["policy_id"]}
    published = asked.target.api().ask(operations.PUBLISH_POLICY, path=path, body=document)
    name = published["policy_id"]
    said = [f"Published as {name}, version {published['version']}."]
    if found["is_new"]:
        said.append(f"An account under it: lotbook accounts open under-{name} --policy {name} --email you@example.com")
    return CommandAnswer({**found, **published}, tuple(said))


def _on_stderr(found: dict[str, Any]) -> None:
    """What somebody is asked about is seen before the question, and stdout stays the answer's."""
    from contextlib import redirect_stdout
    from sys import stderr

    from operate.command.shown import show

    with redirect_stdout(stderr):
        show(CommandAnswer(found, _told(found)), as_json=False)


def _checked(path: Path) -> dict[str, Any]:
    """`{file, policy_id, errors: [{field, message}]}`."""
    import yaml

    from local.policies import read_policy
    from lotbook.domain.values.errors import PolicyInvalid

    try:
        _, document = read_policy(path)
    except (yaml.YAMLError, OSError) as error:
        return {"file": str(path), "policy_id": None, "errors": [{"field": "", "message": f"cannot be read: {error}"}]}
    except PolicyInvalid as invalid:
        errors = [{"field": each["field"], "message": each["message"]} for each in invalid.data["errors"]]
        return {"file": str(path), "policy_id": None, "errors": errors}
    return {"file": str(path), "policy_id": document["policy_id"], "errors": []}


def _document(path: Path) -> dict[str, Any]:
    """The checked document of a file. Raises Refusal that says all that is wrong."""
    from local.policies import read_document

    wrong = _checked(path)["errors"]
    if wrong:
        told = [f"{path}: {each['field'] or 'document'}: {each['message']}" for each in wrong]
        raise Refusal("\n".join([*told, "Mend it; samplefiles/policies/README.md says what a policy holds."]))
    return read_document(path)


def _compared(asked: Asked, document: dict[str, Any]) -> dict[str, Any]:
    """What the API's own dry run says: `{policy_id, version, is_new, changes, affects, counted_all}`. Raises Refusal where it would refuse."""
    from operate.command.api import operations

    api, path = asked.target.api(), {"policy_id": document["policy_id"]}
    affects = dict[tuple[str, str], dict[str, Any]]()
    cursor: str | None = None
    found: dict[str, Any] = {}
    with progress("Counting accounts"):
        for _ in range(MOST_PAGES):
            query = {"cursor": cursor}
            found = api.ask(operations.PUBLISH_POLICY_DRY_RUN, path=path, query=query, body=document)
            _add(affects, found["affects"])
            cursor = found.pop("next_cursor")
            if cursor is None:
                break
    is_new = found["version"] == 1 and bool(found["changes"])
    affects_all = [affects[name] for name in sorted(affects)]
    return found | {"is_new": is_new, "affects": affects_all, "counted_all": cursor is None}


def _add(sums: dict[tuple[str, str], dict[str, Any]], counted: list[dict[str, Any]]) -> None:
    """Each page counts other accounts."""
    for each in counted:
        so_far = sums.setdefault((each["plan_id"], each["by"]), {**each, "accounts": 0, "keeping": 0})
        for name in ("accounts", "keeping"):
            so_far[name] += each[name]


def _told(found: dict[str, Any]) -> tuple[Grid | str, ...]:
    name = found["policy_id"]
    if not found["changes"]:
        return (f"{name} is published as it is: nothing changes.",)
    if found["is_new"]:
        return (f"{name} was never published: all of it is new, and no account is under it.",)
    rows = [(each["path"], each["before"], each["after"]) for each in found["changes"]]
    grid = Grid(("where", "now", "then"), rows)
    if not found["affects"]:
        return grid, "No account is under what changes."
    numbers = ("accounts", "keeping")
    counts = [(each["plan_id"], *(each[name] for name in numbers), each["by"]) for each in found["affects"]]
    more = "" if found["counted_all"] else f" Only the newest {MOST_PAGES * 1_000:,} accounts were looked at."
    said = (
        f"Accounts that it reaches from their next period or purchase on, and those that keep what they bought.{more}"
    )
    return grid, said, Grid(("plan", *numbers, "changed by"), counts, frozenset(numbers))
