"""What is tried again, how often, after how long, and what is told in the end: botocore is the oracle.

Where the two differ on purpose, a test says so.
"""

from __future__ import annotations

from binascii import crc32
from typing import Any

import pytest
from botocore.session import Session

from lotbook import wiring
from lotbook.adapters import calls
from lotbook.adapters.thin.retries import OF_A_FAULT, OF_A_THROTTLE, TOKENS
from lotbook.domain.values.errors import Unavailable
from tests.contracts.thin.conftest import Pair
from tests.contracts.thin.corpus import ITEM, PUT, UPDATE, WRITES, both, told, wired
from tests.scripted import Act, answer, hang_up, plain, raw, reset


def _described() -> set[str]:
    """The errors that the service's description knows."""
    model = Session().get_service_model("dynamodb")
    return {shape.name for name in model.operation_names for shape in model.operation_model(name).error_shapes}


def _codes() -> list[str]:
    """These, and those that no description has."""
    unmodeled = {
        *(
            "ThrottlingException",
            "Throttling",
            "SlowDown",
            "RequestTimeout",
            "RequestTimeoutException",
            "ValidationException",
        ),
        *(
            "InternalFailure",
            "ServiceUnavailable",
            "UnrecognizedClientException",
            "InvalidSignatureException",  # a clock that is minutes off, too
            "RequestTimeTooSkewed",
            "ExpiredTokenException",
            "AccessDeniedException",
        ),
        *(
            "PriorRequestNotComplete",
            "TooManyRequestsException",
            "RequestThrottled",
            "BandwidthLimitExceeded",
            "Whatever",
        ),
    }
    return sorted(_described() | unmodeled)


def _refusal(code: str, status: int, **more: Any) -> Act:
    body = wired({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "said so", **more})
    return answer(body, status, x_amzn_RequestId="R2", Date="D", x_amz_crc32=str(crc32(body)))


SOME = (
    "ConditionalCheckFailedException",
    "ThrottlingException",
    "RequestTimeout",
    "TransactionConflictException",
    "Whatever",
)


@pytest.mark.parametrize(
    ("operation", "codes", "statuses"),
    [
        ("update_item", _codes(), [400]),
        ("transact_write_items", ["TransactionCanceledException", "TransactionInProgressException", *SOME], [400]),
        ("update_item", SOME, [500, 503, 504]),
        ("update_item", [code for code in SOME if code not in _described()], [429]),
    ],
)
def test_every_error_is_tried_again_as_often_after_as_long_and_told_alike(
    operation: str, codes: list[str], statuses: list[int], pair: Pair
) -> None:
    """As often as there are tries, and once before an answer that is good.

    None that is described at 429: no service says that, and there botocore heeds the description, and we the status.
    """
    request = UPDATE if operation == "update_item" else WRITES
    for code in codes:
        for status in statuses:
            theirs, ours = both(pair, operation, request, *[_refusal(code, status)] * wiring.TRIES)
            where = f"{code} {status}"
            assert ours == theirs, where
            assert len(pair.thins.requests) == len(pair.oracles.requests), where
            assert pair.pauses.thins == pair.pauses.botocores, where
            assert len({request.body for request in pair.thins.requests}) == 1, "a try asked something else"
            _fill(pair, TOKENS)
    theirs, ours = both(pair, operation, request, _refusal("ThrottlingException", 400), answer(b"{}", Date="D"))
    assert ours == theirs
    assert ours[0] == "answered"


def _fill(pair: Pair, tokens: int) -> None:
    """Both buckets; botocore's client keeps its own among its handlers."""
    pair.thin.tokens.left = tokens
    (handler,) = [
        each.__self__
        for each in pair.oracle.meta.events._emitter._handlers.prefix_search("after-call.dynamodb")
        if hasattr(each, "__self__") and hasattr(each.__self__, "_quota")
    ]
    handler._quota._available_capacity = tokens


@pytest.mark.parametrize(
    ("operation", "request_", "document"),
    [
        ("put_item", PUT, {"__type": "a#ConditionalCheckFailedException", "message": "m", "Item": ITEM}),
        ("update_item", UPDATE, {"__type": "ConditionalCheckFailedException", "Message": "m"}),
        ("update_item", UPDATE, {"__type": "ConditionalCheckFailedException:http://x/", "message": "m"}),
        (
            *("transact_write_items", WRITES),
            {
                "__type": "a#TransactionCanceledException",
                "Message": "cancelled [None, ConditionalCheckFailed]",
                "CancellationReasons": [
                    {"Code": "None"},
                    {"Code": "ConditionalCheckFailed", "Message": "m", "Item": ITEM},
                    {"Code": "TransactionConflict", "Message": "m"},
                ],
            },
        ),
        (
            "put_item",
            PUT,
            {"__type": "com.amazon.coral.validate#ValidationException", "message": "Item size has exceeded"},
        ),
        ("put_item", PUT, {}),
    ],
)
def test_a_refusal_tells_the_same_with_its_item_and_its_reasons(
    operation: str, request_: dict[str, Any], document: dict[str, Any], pair: Pair
) -> None:
    theirs, ours = both(pair, operation, request_, answer(wired(document), 400))
    assert ours == theirs
    assert ours[0] == "refused"
    if "Item" in document:
        assert ours[1]["Item"] == ITEM
    if "CancellationReasons" in document:
        assert ours[1]["CancellationReasons"] == document["CancellationReasons"]


HTML = b"<html><body>503 Service Unavailable</body></html>"
GOOD = b'{"Attributes": {"n": {"N": "1"}}}'
# What botocore believes: it takes what it can read of an answer for the answer, where no checksum tells otherwise, or no try is left.
BELIEVED = frozenset({"cut in the head", "no json"})
BELIEVED_AT_LAST = BELIEVED | {"cut in the body", "wrong checksum"}
SPOILED: dict[str, Act] = {
    "no answer": hang_up,
    "reset": reset,
    "cut in the body": raw(plain(GOOD, x_amz_crc32=str(crc32(GOOD)))[:-5], keep=False),
    "cut in the head": raw(plain()[:30], keep=False),
    "no http": raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", keep=False),
    "wrong checksum": answer(GOOD, x_amz_crc32="1"),
    "no json": answer(b'{"Attributes": '),
    "html 503": raw(plain(HTML, 503, content_type="text/html", connection="close"), keep=False),
    "nothing 500": answer(b"", 500),
    "nothing 502": answer(b"", 502),
    "html 504": answer(HTML, 504, content_type="text/html"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_answer_is_asked_for_again(name: str, pair: Pair) -> None:
    """Once, and then all is well: the second answer is heard. Botocore says of some that a write was answered with nothing."""
    theirs, ours = both(pair, "update_item", UPDATE, SPOILED[name], answer(GOOD))
    assert ours[:2] == ("answered", {"Attributes": {"n": {"N": "1"}}})
    assert len(pair.thins.requests) == 2, "of these acts"
    assert ours[4] == 1
    if name in BELIEVED:
        assert theirs[:2] == ("answered", {})
    else:
        assert (theirs[:2], theirs[4], len(pair.oracles.requests)) == (ours[:2], 1, 2)


@pytest.mark.parametrize("name", SPOILED)
def test_what_stays_spoiled_is_unavailable(name: str, pair: Pair) -> None:
    """After as many tries: nobody may take a part of an answer, or an answer that is not what was sent, for the table's word."""
    for server in (pair.oracles, pair.thins):
        server.plays(*[SPOILED[name]] * wiring.TRIES)
    with pytest.raises(Unavailable):
        calls.send(pair.thin, "update_item", UPDATE)
    assert len(pair.thins.requests) == wiring.TRIES
    if name in BELIEVED_AT_LAST:
        assert calls.send(pair.oracle, "update_item", UPDATE)["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        with pytest.raises(Unavailable):
            calls.send(pair.oracle, "update_item", UPDATE)
        assert len(pair.oracles.requests) == wiring.TRIES


LEFT = 71


@pytest.mark.parametrize(
    ("act", "price"), [(answer(b"", 500), OF_A_FAULT), (_refusal("ThrottlingException", 400), OF_A_THROTTLE)]
)
def test_where_much_fails_little_is_sent_again(act: Act, price: int, pair: Pair) -> None:
    """The bucket of tokens, until it is empty. A success gives back what its last try took, or one token."""
    calls_ = 2 * LEFT // price
    for client, server in ((pair.oracle, pair.oracles), (pair.thin, pair.thins)):
        _fill(pair, LEFT)
        server.plays(*[act] * 3 * calls_)
        assert {told(client, "update_item", UPDATE)[0] for _ in range(calls_)} == {"refused"}
        assert len(server.requests) == calls_ + LEFT // price
        server.plays()
        for _ in range(price - LEFT % price):  # one token each: now there is a try's worth
            assert told(client, "update_item", UPDATE)[0] == "answered"
        server.plays(act, answer(), act, answer(), act, act, act)
        assert [told(client, "update_item", UPDATE)[0] for _ in range(3)] == ["answered", "answered", "refused"]
        assert len(server.requests) == 6


@pytest.mark.parametrize("asked", ["0", "40", "900000", "-5", "soon", ""])
def test_the_service_may_ask_for_a_longer_pause(asked: str, pair: Pair) -> None:
    """`x-amz-retry-after`, in milliseconds. Botocore waits up to five seconds longer, we up to one: a function has some seconds in all."""
    theirs, ours = both(pair, "update_item", UPDATE, answer(b"", 500, x_amz_retry_after=asked), answer())
    assert ours[0] == theirs[0] == "answered"
    assert pair.pauses.thins == [min(1.025, pair.pauses.botocores[0])]


def test_a_client_that_tells_throttles_sends_nothing_again_that_was_too_much(pair: Pair) -> None:
    """A function that waits for a hot account makes Lambda start others; everything else is tried again as ever."""
    pair.thin.tells_throttles = True
    pair.thins.plays(_refusal("ThrottlingException", 400), answer(b"{}", Date="D"))
    with pytest.raises(Unavailable):
        calls.send(pair.thin, "update_item", UPDATE)
    assert len(pair.thins.requests) == 1
    pair.thins.plays(_refusal("InternalServerError", 500), answer(b"{}", Date="D"))
    calls.send(pair.thin, "update_item", UPDATE)
    assert len(pair.thins.requests) == 2, "of these acts"
