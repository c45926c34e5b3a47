"""Payloads of others, correctly signed, through the whole function.

API versions 2017 to 2025, live ones, shortened ones, things that are no events: 200 or 400, and never a credit that no
purchase of ours explains. With our own mark put on them they still lead to a look at the real purchase and no further.
Each test runs on `foreign.py`, and, where it lies beside the repository, on a corpus that nobody here wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
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
from tests.functions.webhook import foreign
from tests.functions.webhook.foreign import Payload
from tests.functions.webhooks import available, deliver, state
from tests.signature_vector import BODY, HEADER, SECRET, SIGNED_AT

CORPUS = Path(__file__).resolve().parents[3] / "../shared/stripe_corpus"


@dataclass(frozen=True)
class Foreign:
    """A set of payloads, and how many of each it has at the least: an empty set would pass every test."""

    payloads: list[Payload]
    least_payloads: int
    least_events: int
    least_versions: int

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event in them, also those of lists, once each."""
        found = (event for payload in self.payloads for event in events_in(_json(payload.body)))
        return list({json.dumps(event, sort_keys=True): event for event in found}.values())


@pytest.fixture(scope="module", params=["ours", "corpus"])
def others(request: pytest.FixtureRequest) -> Foreign:
    if request.param == "ours":
        return Foreign(foreign.payloads(), 85, 75, 6)
    found = sorted(CORPUS.glob("*.json")) if CORPUS.exists() else []
    if not found:
        pytest.skip("the corpus of foreign payloads is not beside this repository")
    return Foreign([Payload(path.name, path.read_bytes()) for path in found], 230, 75, 5)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def events_in(document: Any) -> list[dict[str, Any]]:
    """The document itself where it is an event, or the events of a list of them."""
    rows = document.get("data") if isinstance(document, dict) and document.get("object") == "list" else [document]
    return [row for row in rows or [] if isinstance(row, dict) and row.get("object") == "event" and _is_whole(row)]


def _is_whole(event: dict[str, Any]) -> bool:
    return {"id", "type", "data"} <= set(event)


def test_every_payload_correctly_signed_is_200_or_400_and_makes_no_credit(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, others: Foreign
) -> None:
    calls = len(gateway.calls)
    answers = Counter[int]()
    for payload in others.payloads:
        answer = deliver(api, payload.body)
        assert answer.body.get("code") in (None, "malformed_event"), payload.name
        answers[answer.status] += 1
    assert set(answers) == {200, 400}
    assert sum(answers.values()) >= others.least_payloads
    assert answers[200] >= others.least_events
    assert set(gateway.calls[calls:]) <= {"owner"}, "a look whose payment it was; nothing else"
    assert (state(api, paid), available(api)) == ("pending", 0)
    assert wiring.reconciliation_journal().strays(10) == []


def test_every_event_of_every_version_also_those_in_lists_is_acknowledged(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, others: Foreign
) -> None:
    """Foreign events of 2017 to 2025: 4xx or 5xx answers would get the endpoint disabled (3scale #3086)."""
    found = others.events
    for event in found:
        assert deliver(api, json.dumps(event).encode()).ok() == {"outcome": "ignored"}, event["id"]
    assert len(found) >= others.least_events
    assert len({event.get("api_version") for event in found}) >= others.least_versions
    assert (state(api, paid), available(api)) == ("pending", 0)


def with_our_mark(event: dict[str, Any], row: dict[str, Any]) -> bytes:
    mark = {"app": "lotbook", "stage": "test", "account_id": "acme", "purchase_id": row["purchase_id"]}
    thing = event.get("data", {}).get("object")
    changed = json.loads(json.dumps(event)) | {"livemode": False}
    if isinstance(thing, dict):
        changed["data"]["object"]["metadata"] = mark
    return json.dumps(changed).encode()


def test_d_08_our_mark_on_every_event_leads_to_the_real_session_and_no_further(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, others: Foreign
) -> None:
    """D8: somebody puts our metadata on any object of the account. Not paid at the gateway: no credit, whatever they say.

    Money that went back of a purchase that is not settled yet is the one 5xx, and deliberate: it comes again (D14).
    """
    (session,) = gateway.sessions
    gateway.say(session, state="open", payment_state="unpaid", payment=None)
    kinds = Counter[tuple[str, int]]()
    for event in others.events:
        answer = deliver(api, with_our_mark(event, paid))
        expected = 503 if event["type"] in MONEY_BACK else 200
        assert answer.status == expected, (event["id"], event["type"], answer)
        kinds[event["type"], answer.status] += 1
    assert sum(count for (kind, _), count in kinds.items() if kind in SETTLING) >= 5
    assert (state(api, paid), available(api)) == ("pending", 0)


def test_d_06_our_mark_on_every_event_of_a_paid_purchase_grants_once(
    api: Api, paid: dict[str, Any], gateway: FakeGateway, others: Foreign
) -> None:
    """D1, D6: dozens of events of a dozen kinds and versions about one paid purchase: one lot."""
    outcomes = Counter[str]()
    for event in others.events:
        outcomes[deliver(api, with_our_mark(event, paid)).ok()["outcome"]] += 1
    assert outcomes["settled"] >= 5
    assert (state(api, paid), available(api)) == ("completed", 30)


def test_d_05_b2_our_mark_on_every_event_without_a_purchase_is_never_acknowledged_where_money_came(
    api: Api, paid: dict[str, Any], others: Foreign
) -> None:
    """D5, B2: money is kept, and asked for again; what nobody can ever satisfy is acknowledged."""
    gone = {"purchase_id": "pur_0000000000zzzzzzzzzzzzzzzz"}
    paying = set()
    for event in others.events:
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


def test_the_signature_that_another_implementation_made_verifies_through_the_reader() -> None:
    """One byte more, or 401 seconds later, does not."""

    class Secrets:
        def read(self, _: str) -> str:
            return "whsec_other,webhook_secret"

        read_again = read

    class Clock:
        at = SIGNED_AT

        def now(self) -> int:
            return self.at

    clock = Clock()
    reader = SignedEvents(Secrets(), "p", clock)  # type: ignore[arg-type]
    assert reader.read(BODY, HEADER).kind == "customer.created"
    verify(BODY, HEADER, [SECRET], SIGNED_AT + 300_000)
    for body, moment in ((BODY + b" ", SIGNED_AT), (BODY, SIGNED_AT + 401_000)):
        clock.at = moment
        with pytest.raises(BadSignature):
            reader.read(body, HEADER)
