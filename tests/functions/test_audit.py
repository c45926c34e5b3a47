"""The scheduled audit over the real functions' own writes, on the table: once a day an account, and it rings."""

from __future__ import annotations

from typing import Any

import pytest

from functions.audit import app
from lotbook import wiring
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.values.instants import DAY
from tests.fakes.outbox import filed
from tests.functions.conftest import ACCOUNT, Api

ACME = {"account_id": "acme"}


class Context:
    """Lambda's context."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:lotbook-test-sweep"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def run() -> tuple[int, int]:
    """Accounts and entries that one run looked at."""
    answer = app.handler({}, Context())
    return answer["accounts"], answer["entries"]


def burn(shop: Api, credits: int, key: str) -> None:
    shop.call(f"POST {ACCOUNT}/consume", {"credits": credits}, key=key, path=ACME).ok()


def test_d37_an_account_is_looked_at_once_a_day(shop: Api) -> None:
    """D37: due a day after it was opened, and a day after it was looked at; then what is new."""
    burn(shop, 3, "k")
    assert run() == (0, 0)
    shop.clock.instant += DAY
    assert run() == (1, 2)
    assert run() == (0, 0)
    burn(shop, 1, "j")
    shop.clock.instant += DAY
    assert run() == (1, 1), "what was audited is not read again"


def test_d37_a_changed_entry_rings(shop: Api, environment: Table) -> None:
    """D37: somebody wrote into the ledger by hand."""
    burn(shop, 3, "k")
    environment.client.update_item(
        TableName=environment.name,
        Key=to_item(keys.spread_ledger("acme", burn_name("k"))),
        UpdateExpression="SET requested = :n",
        ExpressionAttributeValues=to_item({":n": 4}),
    )
    shop.clock.instant += DAY
    with pytest.raises(ExceptionGroup, match="ledger credits of account acme"):
        run()
    assert run() == (0, 0)


def test_d37_a_deleted_entry_rings_too(shop: Api, environment: Table) -> None:
    """D37: the chain names what is missing."""
    burn(shop, 3, "k")
    burn(shop, 3, "j")  # which takes the first one's receipt out of the book
    environment.client.delete_item(TableName=environment.name, Key=to_item(keys.spread_ledger("acme", burn_name("k"))))
    shop.clock.instant += DAY
    with pytest.raises(ExceptionGroup, match="ledger credits of account acme"):
        run()


def test_d37_the_filed_statement_only_says_what_to_read_together(shop: Api) -> None:
    """The audit reads the ledger itself: a filed line that is wrong changes nothing."""
    for number in range(5):
        burn(shop, 1, f"k{number}")
    from lotbook.usecases.audit.audit_account import audit_account

    auditing = wiring.auditing()
    before = audit_account("acme", ("credits",), auditing=auditing)
    assert before.first is None
    assert auditing.statement
    entries = [auditing.books.entry("acme", "credits", burn_name(f"k{number}")) for number in range(5)]
    from dataclasses import replace

    from lotbook.domain.credits.statement_lines import StatementLine

    wrong = [StatementLine(entry.seq, replace(entry, credits=-99)) for entry in entries if entry]
    filed(auditing.statement, "acme", "credits", wrong)
    assert audit_account("acme", ("credits",), auditing=auditing) == before


def test_d37_whoever_asks_has_one_account_replayed_from_its_first_entry_on(shop: Api) -> None:
    """The function's own event: what was audited is read again, and nobody else's turn is taken."""
    burn(shop, 3, "k")
    shop.clock.instant += DAY
    assert run() == (1, 2)
    shop.clock.instant += 1
    answer = app.handler(ACME, Context())
    assert {name: answer[name] for name in ("accounts", "entries", "finished", "more")} == {
        "accounts": 1,
        "entries": 2,
        "finished": True,
        "more": False,
    }
    assert run() == (0, 0)


def test_d37_an_account_that_is_not_finished_goes_on_by_itself(
    shop: Api, begun: list[tuple[str, dict[str, Any]]]
) -> None:
    """`finished: false`, and the next run is asked for the same account and the same instant."""

    class Late(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 1_000

    burn(shop, 3, "k")
    asked = shop.clock.instant
    answer = app.handler(ACME, Late())
    assert (answer["finished"], answer["unfinished"], answer["more"]) == (False, ("acme",), True)
    ((_, event),) = begun
    assert (event["account_id"], event["asked"], event["chain"]["number"]) == ("acme", asked, 2)
    shop.clock.instant += 1
    answer = app.handler(event, Context())
    assert (answer["finished"], answer["entries"]) == (True, 2)
