"""`lotbook --help`: all that an operator has, under one roof."""

from __future__ import annotations

import typer

from operate.command import (
    accounts,
    checks,
    credits,
    deployment,
    endpoints,
    events,
    keys,
    ledger,
    letters,
    policies,
    reports,
    strays,
)

app = typer.Typer(
    name="lotbook",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="""Lotbook from a terminal: the run on this machine, or a deployment by --stack NAME or --url URL.

    Which one it is, is said on stderr. What changes a deployment asks first; --yes answers. Exit codes: 0 done, 1 refused or not in
    order, 2 the command is not right, 3 nobody could be asked, 4 nobody said yes, 130 interrupted.
    """,
)
for add in (credits.add, ledger.add, checks.add, reports.add):
    add(app)
for name, group in (
    ("accounts", accounts),
    ("policies", policies),
    ("keys", keys),
    ("strays", strays),
    ("events", events),
    ("endpoints", endpoints),
    ("letters", letters),
    ("deployment", deployment),
):
    app.add_typer(group.app, name=name)
