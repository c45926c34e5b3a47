"""`lotbook policies`: check a policy, say what it changes and whom, and publish it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from operate.command.asking import Asked, command
from operate.command.policy_changes import changes, concerned
from operate.command.refusal import FAILED, OK, Refusal
from operate.command.shown import Answer, Grid, counted, progress

app = typer.Typer(no_args_is_help=True, help="Check, compare and publish policies.")
MOST_ACCOUNTS = 10_000  # that are counted
File = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML.")]


@command(app, "check", targeted=False)
def _check(
    _asked: Asked,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Policies in YAML (the samples).")
    ] = None,
) -> Answer:
    """Say what is wrong with policies, and where. Exits with 1 where something is."""
    from local.policies import VARIANTS, sample_policies

    told = [_checked(path) for path in files or [*sample_policies(), *sorted(VARIANTS.glob("*.yaml"))]]
    rows = [(each["file"], error["field"] or "document", error["message"]) for each in told for error in each["errors"]]
    good = f"{counted(sum(not each['errors'] for each in told), 'policy is', 'policies are')} as they should be."
    shown = (Grid(("file", "where", "what"), rows), good)
    return Answer({"policies": told}, shown, FAILED if rows else OK)


@command(app, "diff")
def _diff(asked: Asked, file: File) -> Answer:
    """What would change, and for how many accounts of which plans, before it is published."""
    document = _document(file)
    found = _compared(asked, document)
    return Answer(found, _told(found))


@command(app, "publish", changes=True)
def _publish(asked: Asked, file: File) -> Answer:
    """Publish a policy as its next version, after showing what changes. What was sold keeps the version it was sold under."""
    from operate.command.api import operations

    document = _document(file)
    found = _compared(asked, document)
    if not found["is_new"] and not found["changes"]:
        return Answer({**found, "version": None}, _told(found))
    if not asked.yes:
        _on_stderr(found)
    asked.confirm(f"{found['policy_id']} would be published as its next version.", also_here=True)
    path = {"policy_id": found["policy_id"]}
    published = asked.target.api().ask(operations.PUBLISH_POLICY, path=path, body=document)
    said = f"Published as {published['policy_id']}, version {published['version']}."
    return Answer({**found, **published}, (said,))


def _on_stderr(found: dict[str, Any]) -> None:
    """What somebody is asked about is seen before the question, and stdout stays the answer's."""
    from contextlib import redirect_stdout
    from sys import stderr

    from operate.command.shown import show

    with redirect_stdout(stderr):
        show(Answer(found, _told(found)), as_json=False)


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
    """`{policy_id, is_new, changes, affects, counted_all}`; new is what was never published."""
    from operate.command.api import operations

    api, policy_id = asked.target.api(), str(document["policy_id"])
    try:
        present = api.ask(operations.READ_POLICY, path={"policy_id": policy_id})
    except Refusal as refusal:
        if "policy_not_found" not in str(refusal):
            raise
        found = list(changes({}, document))
        return {"policy_id": policy_id, "is_new": True, "changes": found, "affects": [], "counted_all": True}
    found = list(changes(present, document))
    accounts: list[dict[str, Any]] = []
    if found:
        with progress("Counting accounts"):
            query = {"policy_id": policy_id}
            accounts = api.items(operations.LIST_ACCOUNTS, "accounts", MOST_ACCOUNTS, query=query)
    return {
        "policy_id": policy_id,
        "is_new": False,
        "changes": found,
        "affects": concerned(found, accounts),
        "counted_all": len(accounts) < MOST_ACCOUNTS,
    }


def _told(found: dict[str, Any]) -> tuple[Grid | str, ...]:
    name = found["policy_id"]
    if found["is_new"]:
        return (f"{name} was never published: all of it is new, and no account is under it.",)
    if not found["changes"]:
        return (f"{name} is published as it is: nothing changes.",)
    rows = [(each["path"], each["before"], each["after"]) for each in found["changes"]]
    grid = Grid(("where", "now", "then"), rows)
    if not found["affects"]:
        return grid, "No account is under what changes."
    counts = [(each["plan_id"], each["accounts"], each["by"]) for each in found["affects"]]
    more = "" if found["counted_all"] else f" Only the newest {MOST_ACCOUNTS:,} accounts were counted."
    said = f"Accounts that it concerns from their next period or purchase on; what was sold stays as it was.{more}"
    return grid, said, Grid(("plan", "accounts", "changed by"), counts, frozenset({"accounts"}))
