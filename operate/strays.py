"""Stray payments, money that no purchase explains: `list` them, `close` one that was dealt with, `reopen` one that was not.

Closing adds a note, who and why, and takes nothing away; a closed one rings no more, and its events are acknowledged. Without
`--table` it is about the Lotbook that runs on this machine (DATA_DIR); with it, about a deployment's table, with your AWS credentials.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from local.cloud.refusals import Refused, in_one_sentence
from local.ending import ended
from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.domain.reconciliation.strays import MAX_ACTOR_CHARACTERS, MAX_TEXT_CHARACTERS, Remark
from lotbook.domain.values.instants import to_text
from lotbook.usecases.reconciliation.strays import find_stray, list_strays, note_stray
from operate.table import deployed_table, local_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.domain.reconciliation.strays import StrayCase
    from lotbook.ports.reconciliation import StrayStore
    from lotbook.ports.shop import Clock


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code: 1 where there is no such stray, 2 where there is nothing to ask."""
    asked = _parser().parse_args(arguments)
    try:
        with in_one_sentence(asked.table or "of the local run"):
            found = _store(asked.table)
            if found is not None:
                return _answer(asked, *found)
            print("No Lotbook runs here: start one with `make run`, or name a --table.", file=sys.stderr)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
    return 2


def _answer(asked: argparse.Namespace, strays: StrayStore, clock: Clock) -> int:
    if asked.command == "list":
        for each in list_strays(strays=strays, also_closed=asked.all):
            print(_shown(each))
        return 0
    case = find_stray(asked.reference, strays=strays)
    if case is None:
        print(f"There is no stray payment {asked.reference}.", file=sys.stderr)
        return 1
    remark = Remark(asked.by, asked.why, closes=asked.command == "close")
    print(_shown(note_stray(case, remark, strays=strays, clock=clock)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=".venv/bin/python -m operate.strays", description=__doc__)
    parser.add_argument("--table", help="the stack's output TableName")
    commands = parser.add_subparsers(dest="command", required=True)
    shown = commands.add_parser("list", help="those that are open, each with its notes")
    shown.add_argument("--all", action="store_true", help="the closed ones, too")
    for name, told in (("close", "nobody has to look at it any more"), ("reopen", "somebody has to, after all")):
        command = commands.add_parser(name, help=told)
        command.add_argument("reference", help="its name, or its session, payment or event")
        command.add_argument("--by", required=True, type=_up_to(MAX_ACTOR_CHARACTERS), help="who says so")
        command.add_argument("--why", required=True, type=_up_to(MAX_TEXT_CHARACTERS), help="what was found, or done")
    return parser


def _up_to(characters: int) -> Callable[[str], str]:
    def text(given: str) -> str:
        if not given.strip() or len(given) > characters:
            raise argparse.ArgumentTypeError(f"a text of up to {characters} characters")
        return given.strip()

    return text


def _store(table: str | None) -> tuple[StrayStore, Clock] | None:
    found = deployed_table(table) if table else local_table()
    return None if found is None else (DynamoReconciliation(found[0]), found[1])


def _shown(case: StrayCase) -> str:
    stray = case.stray
    amount = f"{stray.total_minor} {stray.currency}" if stray.total_minor is not None else "amount unknown"
    whose = f"{stray.account_id or '-'}/{stray.purchase_id or '-'}"
    state = "open" if case.is_open else "closed"
    lines = [f"{state:7}{stray.name}  {amount}  {whose}  {stray.session or '-'}  {to_text(stray.first_seen_at)}"]
    for note in case.notes:
        verb = "closed" if note.closes else "opened again"
        lines.append(f"       {to_text(note.at)} {verb} by {note.actor}: {note.text}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(ended(main, sys.argv[1:]))
