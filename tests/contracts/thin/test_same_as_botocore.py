"""The thin client asks what botocore asks, and tells what botocore tells: botocore is the oracle, over operations and over faults.

Each has a server of its own that plays the same acts (`tests/scripted.py`). Where the two differ on purpose, a test says so by name.
"""

from __future__ import annotations

import json
from binascii import crc32
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from lotbook.adapters import calls
from lotbook.adapters.refusals import NoAnswer, ServiceRefused
from lotbook.domain.values.errors import Unavailable
from tests.contracts.thin.conftest import Pair
from tests.contracts.thin.corpus import CORPUS, WRITES, asked, both, wired
from tests.scripted import answer, reset

SENT_BY_BOTH = ("content-type", "x-amz-target", "content-length", "accept-encoding")


@pytest.mark.parametrize("number", range(len(CORPUS)), ids=lambda number: f"{number} {CORPUS[number][0]}")
def test_the_same_request_goes_out_and_the_same_answer_comes_back(number: int, pair: Pair) -> None:
    operation, request, document = CORPUS[number]
    body = wired(document)
    theirs, ours = both(
        pair, operation, request, answer(body, x_amzn_RequestId="R1", Date="D", x_amz_crc32=str(crc32(body)))
    )
    assert ours == theirs
    assert ours[:2] == ("answered", document)
    assert asked(pair.thins) == asked(pair.oracles)
    theirs_sent, ours_sent = (server.requests[0].headers for server in (pair.oracles, pair.thins))
    for name in set(SENT_BY_BOTH) - {"content-length"}:
        assert ours_sent[name] == theirs_sent[name], name
    assert set(ours_sent) - set(theirs_sent) <= {"host", "accept-encoding"}


def test_every_operation_that_the_product_calls_is_in_the_corpus() -> None:
    """And nothing else is on the client: nine."""
    from lotbook.adapters.thin.client import Client

    offered = {name for name, made in vars(Client).items() if callable(made) and not name.startswith("_")}
    assert offered == {operation for operation, *_ in CORPUS}


def test_all_tries_of_a_transaction_have_one_token_and_each_transaction_another(pair: Pair) -> None:
    """DynamoDB does a transaction that comes again after its answer was lost only once, if its token is the same."""
    lost: Callable[[Any], bool] = reset
    for client, server in ((pair.oracle, pair.oracles), (pair.thin, pair.thins)):
        server.plays(lost, answer(), answer())
        for _ in range(2):
            client.transact_write_items(**WRITES)
        first, again, other = (json.loads(request.body)["ClientRequestToken"] for request in server.requests)
        assert first == again != other
        assert 1 <= len(first) <= 36


def test_the_oracle_is_botocore() -> None:
    """And its words are behind the one door translated, so that a store knows one word whoever was asked."""
    for error in (
        ClientError({"Error": {"Code": "X", "Message": "m"}}, "Op"),
        ServiceRefused({"Error": {"Code": "X", "Message": "m"}}, "Op"),
    ):

        class Refusing:
            def get_item(self, error: Exception = error) -> None:
                raise error

        with pytest.raises(ServiceRefused, match="X"):
            calls.send(Refusing(), "get_item", {})
    for silence in (HTTPClientError(error=OSError()), NoConnection(error=OSError()), NoAnswer()):

        class Silent:
            def get_item(self, silence: Exception = silence) -> None:
                raise silence

        with pytest.raises(Unavailable):
            calls.send(Silent(), "get_item", {})
