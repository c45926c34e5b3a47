"""`lotbook deployment`: a stack as a whole. docs/going-live.md, docs/releases.md and docs/restore.md say when."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from operate.command.asking import Asked, command
from operate.command.refusal import FAILED, OK, SILENT, USAGE, Refusal
from operate.command.shown import CommandAnswer, Grid, progress
from operate.command.targets import aws

app = typer.Typer(no_args_is_help=True, help="A stack as a whole: checks, releases, a restored table.")
STRIPE_KEY = "STRIPE_API_KEY"


@command(app, "check")
def _check(asked: Asked) -> CommandAnswer:
    """Whether a stack may take calls: after each deployment and each change of a secret. Exits with 1 where it may not."""
    from operate.live_check import differences, read

    stack = asked.target.stack
    with asked.target.asked():
        wrong = list(differences(read(stack)))
    good = "It may take calls. The rest is for your eyes: docs/going-live.md."
    return CommandAnswer({"wrong": wrong}, tuple(wrong) or (good,), FAILED if wrong else OK)


@command(app, "show")
def _show(asked: Asked) -> CommandAnswer:
    """Which version of each function is called. Exits with 1 where settings wait to be published, or calls are being moved."""
    from operate.release import running

    with asked.target.asked():
        found = list(running(asked.target.stack))
    rows = [
        (
            each.logical_id,
            each.live,
            each.before or "none",
            "under way"
            if each.is_moving
            else "yes"
            if each.is_published
            else "not published: lotbook deployment publish",
        )
        for each in found
    ]
    waits = any(each.is_moving or not each.is_published for each in found)
    document = {"functions": [asdict(each) for each in found]}
    return CommandAnswer(
        document, (Grid(("function", "version", "before", "newest settings"), rows),), FAILED if waits else OK
    )


@command(app, "publish", changes=True)
def _publish(asked: Asked) -> CommandAnswer:
    """Publish settings that a change of a parameter alone has left behind."""
    from operate.release import publish, running

    stack = asked.target.stack
    asked.confirm("The newest settings of all functions would be published.")
    with asked.target.asked():
        led = publish(stack, list(running(stack)))
    rows = [(each.logical_id, f"{each.before} -> {each.version}") for each in led]
    grid = Grid(("function", "version"), rows)
    return CommandAnswer({"led": [asdict(each) for each in led]}, (grid if rows else "Nothing was left behind.",))


@command(app, "back", changes=True)
def _back(asked: Asked) -> CommandAnswer:
    """Lead all calls to the version before, within seconds. Exits with 1 where a function has none: it stays as it is."""
    from operate.release import back, running

    stack = asked.target.stack
    asked.confirm("All calls would go to the version before.")
    with asked.target.asked():
        found = list(running(stack))
        led = back(stack, found)
    stays = [each.logical_id for each in found if each.before is None]
    rows = [(each.logical_id, f"{each.before} -> {each.version}") for each in led]
    said = [f"{each} has no version before: it stays as it is." for each in stays]
    document = {"led": [asdict(each) for each in led], "stay": stays}
    return CommandAnswer(document, (Grid(("function", "version"), rows), *said), FAILED if stays else OK)


@command(app, "stripe", targeted=False)
def _stripe(
    _asked: Asked, webhook: Annotated[str, typer.Argument(metavar="WEBHOOK_URL", help="The stack's output.")]
) -> CommandAnswer:
    """Compare the webhook endpoint at Stripe; the key is taken from STRIPE_API_KEY. Exits with 1 where something is wrong."""
    import stripe

    from lotbook.adapters.stripe.client import TIMEOUT_SECONDS
    from operate.stripe_settings import differences, read_endpoints

    key = os.environ.get(STRIPE_KEY)
    if not key:
        raise Refusal(f"Set {STRIPE_KEY} to a key that may read webhook endpoints.", SILENT)
    try:
        found = read_endpoints(stripe.StripeClient(key, http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS)))
    except stripe.StripeError as error:
        raise Refusal(f"Stripe was not to be asked: {type(error).__name__}. Look at the key.", SILENT) from error
    wrong = list(differences(webhook, found))
    good = "What Stripe's API shows is as it should be. The rest is for your eyes: docs/stripe-settings.md."
    return CommandAnswer({"wrong": wrong}, tuple(wrong) or (good,), FAILED if wrong else OK)


@command(app, "bring-over", changes=True, targeted=False)
def _bring_over(
    asked: Asked,
    before: Annotated[str, typer.Argument(help="The table that was in use until now.")],
    restored: Annotated[str, typer.Argument(help="The restored table.")],
    most: Annotated[int, typer.Option(min=1, help="At most so many items.")] = 100_000,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be brought, and write nothing.")] = False,
) -> CommandAnswer:
    """After a restore: bring accounts, billing details and orders over that were made since. Exits with 1 where there is more."""
    import boto3

    from operate.bring_over import KINDS, Tables, bring_over

    if before == restored:
        raise Refusal("BEFORE and RESTORED are the same table.", USAGE)
    if not dry_run:
        asked.confirm_always(f"What {restored} lacks would be written from {before}.")
    with aws(f"{before} or {restored}"), progress("Bringing over") as step:
        brought = bring_over(boto3.client("dynamodb"), Tables(before, restored), most, dry=dry_run, done=step)
    more = sum(brought.kinds.values()) >= most
    document = {"dry_run": dry_run, "brought": {kind: brought.kinds[kind] for kind in KINDS}, "more": more}
    document |= {"close_again": brought.close_again, "erase_again": brought.erase_again}
    counts = ", ".join(f"{brought.kinds[kind]} {kind}" for kind in KINDS)
    said = [f"{'Would be brought' if dry_run else 'Brought'} over: {counts}"]
    for what, names in (("Close", brought.close_again), ("Erase", brought.erase_again)):
        said += [f"{what} again (docs/closing-accounts.md): {', '.join(names)}"] if names else []
    return CommandAnswer(
        document, (*said, *(["There may be more: run it again."] if more else [])), FAILED if more else OK
    )
