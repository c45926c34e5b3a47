"""Payloads that nobody here wrote (`../shared/stripe_corpus`), correctly signed, through the whole function.

API versions 2017 to 2025, live ones, shortened ones, things that are no events: 200 or 400, and never a credit that no
purchase of ours explains. With our own mark put on them they still lead to a look at the real purchase and no further.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.stripe.events import SignedEvents
from lotbook.adapters.stripe.signature import verify
from lotbook.domain.values.errors import BadSignature
from lotbook.usecases.inbox.handle_event import PAYING, SETTLING
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import Api
from tests.functions.webhooks import available, deliver, state

CORPUS = Path(__file__).resolve().parents[3] / "../shared/stripe_corpus"
# Of the 237 payloads that came with the issue.
LEAST_PAYLOADS, LEAST_EVENTS, LEAST_VERSIONS = 230, 75, 5


def corpus() -> list[Path]:
    found = sorted(CORPUS.glob("*.json")) if CORPUS.exists() else []
    if not found:
        pytest.skip("the corpus of foreign payloads is not beside this repository")
    return found


def events_in(document: Any) -> list[dict[str, Any]]:
    """The document itself where it is an event, or the events of a list of them."""
    rows = document.get("data") if isinstance(document, dict) and document.get("object") == "list" else [document]
    return [row for row in rows or [] if isinstance(row, dict) and row.get("object") == "event"]


def all_events() -> list[dict[str, Any]]:
    return [event for path in corpus() for event in events_in(json.loads(path.read_text()))]


def test_every_payload_correctly_signed_is_200_or_400_and_makes_no_credit(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    calls = len(gateway.calls)
    answers = Counter[int]()
    for path in corpus():
        answer = deliver(api, path.read_bytes())
        assert answer.body.get("code") in (None, "malformed_event"), path.name
        answers[answer.status] += 1
    assert set(answers) == {200, 400}
    assert sum(answers.values()) >= LEAST_PAYLOADS
    assert answers[200] >= LEAST_EVENTS
    assert set(gateway.calls[calls:]) <= {"owner"}, "a look whose payment it was; nothing else"
    assert (state(api, paid), available(api)) == ("pending", 0)
    assert wiring.reconciliation_journal().strays(10) == []


def test_every_event_of_every_version_also_those_in_lists_is_acknowledged(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """Foreign events of 2017 to 2025: 4xx or 5xx answers would get the endpoint disabled (3scale #3086)."""
    found = all_events()
    for event in found:
        assert deliver(api, json.dumps(event).encode()).ok() == {"outcome": "ignored"}, event["id"]
    assert len(found) >= LEAST_EVENTS
    assert len({event.get("api_version") for event in found}) >= LEAST_VERSIONS
    assert (state(api, paid), available(api)) == ("pending", 0)


def with_our_mark(event: dict[str, Any], row: dict[str, Any]) -> bytes:
    mark = {"app": "lotbook", "stage": "test", "account_id": "acme", "purchase_id": row["purchase_id"]}
    thing = event.get("data", {}).get("object")
    changed = json.loads(json.dumps(event)) | {"livemode": False}
    if isinstance(thing, dict):
        changed["data"]["object"]["metadata"] = mark
    return json.dumps(changed).encode()


def test_d_08_our_mark_on_every_event_leads_to_the_real_session_and_no_further(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """D8: somebody puts our metadata on any object of the account. Not paid at the gateway: no credit, whatever they say.

    Money that went back of a purchase that is not settled yet is the one 5xx, and deliberate: it comes again (D14).
    """
    (session,) = gateway.sessions
    gateway.say(session, state="open", payment_state="unpaid", payment=None)
    kinds = Counter[tuple[str, int]]()
    for event in all_events():
        answer = deliver(api, with_our_mark(event, paid))
        expected = 503 if event["type"] in MONEY_BACK else 200
        assert answer.status == expected, (event["id"], event["type"], answer)
        kinds[event["type"], answer.status] += 1
    assert sum(count for (kind, _), count in kinds.items() if kind in SETTLING) >= 5
    assert (state(api, paid), available(api)) == ("pending", 0)


def test_d_06_our_mark_on_every_event_of_a_paid_purchase_grants_once(
    api: Api, paid: dict[str, Any], gateway: FakeGateway
) -> None:
    """D1, D6: dozens of events of a dozen kinds and versions about one paid purchase: one lot."""
    outcomes = Counter[str]()
    for event in all_events():
        outcomes[deliver(api, with_our_mark(event, paid)).ok()["outcome"]] += 1
    assert outcomes["settled"] >= 5
    assert (state(api, paid), available(api)) == ("completed", 30)


def test_d_05_b2_our_mark_on_every_event_without_a_purchase_is_never_acknowledged_where_money_came(
    api: Api, paid: dict[str, Any]
) -> None:
    """D5, B2: money is kept, and asked for again; what nobody can ever satisfy is acknowledged."""
    gone = {"purchase_id": "pur_0000000000zzzzzzzzzzzzzzzz"}
    paying = set()
    for event in all_events():
        thing = event["data"]["object"]
        answer = deliver(api, with_our_mark(event, gone))
        adds_a_card = (thing or {}).get("mode") == "setup"  # no money
        is_money = event["type"] in PAYING and not adds_a_card
        assert answer.status == (503 if is_money else 200), event["type"]
        if is_money:
            paying.add(thing.get("payment_intent") or thing["id"])
    kept = {case.stray.name for case in wiring.reconciliation_journal().strays(1_000)}
    assert kept == paying
    assert available(api) == 0


VECTOR_HEADER = (
    "t=1533204620,v1=2220f87ef101a04665f11cdf770523143f875572008577fa0f20882ddb9cc3c7,"
    "v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef"
)


def test_the_signature_that_another_implementation_made_verifies_through_the_reader() -> None:
    """SIGNATURE_VECTORS.md: stripe-dotnet's payload, secret and header; one byte more, or 401 seconds later, does not."""
    path = CORPUS / "stripe-dotnet__event_test_signature.json"
    if not path.exists():
        pytest.skip("the corpus of foreign payloads is not beside this repository")

    class Secrets:
        def read(self, _: str) -> str:
            return "whsec_other,webhook_secret"

        read_again = read

    class Clock:
        at = 1_533_204_620_000

        def now(self) -> int:
            return self.at

    clock = Clock()
    reader = SignedEvents(Secrets(), "p", clock)  # type: ignore[arg-type]
    assert reader.read(path.read_bytes(), VECTOR_HEADER).kind == "customer.created"
    verify(path.read_bytes(), VECTOR_HEADER, ["webhook_secret"], 1_533_204_920_000)
    for body, moment in ((path.read_bytes() + b" ", Clock.at), (path.read_bytes(), 1_533_205_020_000)):
        clock.at = moment
        with pytest.raises(BadSignature):
            reader.read(body, VECTOR_HEADER)
