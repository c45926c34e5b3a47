"""What a careful user would build instead: lots as items, one transaction a burn, Powertools' idempotency around it.

The lots are queried in burn order, and one TransactWriteItems takes from each and puts the ledger entry, every one under a
condition; a cancelled transaction starts again after a short random wait. Client and configuration are the same as ours.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from bench.correctness import Entry
from bench.ours import event_of
from bench.store import TABLE

MAX_TRIES = 60  # of a transaction that others cancelled, and of a call that another one has in hand
PAUSE_SECONDS = (0.002, 0.020)
ROUTE = "/v1/accounts/<account_id>/consume"


class Context(LambdaContext):
    """As much of Lambda's context as Powertools looks at: how long this call may still take."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """The function's time-out."""
        return 10_000


class InsufficientCreditsError(Exception):
    """Fewer credits than asked for."""


class Usual:
    """An account with some lots."""

    def __init__(self, client: Any, account_id: str, *, lots: int = 3, credits: int = 1_000_000) -> None:
        self.account_id = account_id
        self._client = client
        for number in range(lots):
            lot = {"pk": {"S": f"T#{account_id}"}, "sk": {"S": f"lot#{number:06d}"}, "left": {"N": str(credits)}}
            client.put_item(TableName=TABLE, Item=lot)
        self.consume = once_only(client)

    def burn(self, key: str) -> Any:
        """One credit, through the decorated function."""
        return self.consume(request={"account_id": self.account_id, "key": key, "credits": 1})

    def burner(self) -> Callable[[str, int], str | None]:
        """A caller: asks again while another call has the key in hand."""

        def burn(key: str, credits: int) -> str | None:
            request = {"account_id": self.account_id, "key": key, "credits": credits}
            for _ in range(MAX_TRIES):
                try:
                    return str(self.consume(request=request)["entry_id"])
                except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
                    _pause()
                except InsufficientCreditsError:
                    return None
            return None

        return burn

    def left(self) -> int:
        """The sum over the lots."""
        return sum(int(lot["left"]["N"]) for lot in _lots(self._client, self.account_id))

    def entries(self) -> list[Entry]:
        """The ledger."""
        pages = self._client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        rows = (row for page in pages for row in page["Items"])
        ours = [row for row in rows if row["pk"]["S"].startswith(_entry_key(self.account_id, ""))]
        return [Entry(f"entry#{row['key']['S']}", row["key"]["S"], int(row["credits"]["N"])) for row in ours]


class UsualHandled:
    """The whole handler, on Powertools' resolver."""

    def __init__(self, client: Any, account_id: str) -> None:
        app = APIGatewayHttpResolver()
        logger = Logger(service="bench", stream=io.StringIO())
        inner = Usual(client, account_id)
        self._app = app
        self._path = {"account_id": account_id}

        @app.post(ROUTE)
        def consume(account_id: str) -> dict[str, Any]:
            body: Mapping[str, Any] = app.current_event.json_body
            key = app.current_event.headers["idempotency-key"]
            answer = inner.consume(request={"account_id": account_id, "key": key, "credits": body["credits"]})
            logger.info("consumed", account_id=account_id, entry_id=answer["entry_id"])
            return dict(answer)

    def burn(self, key: str) -> Any:
        """One credit, through API Gateway's event."""
        answer = self._app.resolve(event_of(self._path, key), Context())
        if answer["statusCode"] != 200:
            raise AssertionError(answer)
        return answer


def once_only(client: Any) -> Callable[..., dict[str, Any]]:
    """The transaction under Powertools' idempotency decorator."""
    store = DynamoDBPersistenceLayer(table_name=TABLE, key_attr="pk", sort_key_attr="sk", boto3_client=client)
    config = IdempotencyConfig(event_key_jmespath="[account_id, key]", payload_validation_jmespath="credits")

    config.register_lambda_context(Context())

    def consume(request: dict[str, Any]) -> dict[str, Any]:
        return _take(client, request["account_id"], request["key"], request["credits"])

    decorate = idempotent_function(data_keyword_argument="request", persistence_store=store, config=config)
    once: Callable[..., dict[str, Any]] = decorate(consume)
    return once


def _take(client: Any, account_id: str, key: str, credits: int) -> dict[str, Any]:
    for _ in range(MAX_TRIES):
        lots = _lots(client, account_id)
        draws = _draws(lots, credits)
        try:
            client.transact_write_items(TransactItems=[*map(_draw, draws), _entry(account_id, key, credits, draws)])
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException":
                raise
            _pause()
            continue
        available = sum(int(lot["left"]["N"]) for lot in lots) - credits
        return {"entry_id": f"entry#{key}", "credits": credits, "available": available}
    raise TimeoutError(key)


def _lots(client: Any, account_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"T#{account_id}"}, ":sk": {"S": "lot#"}},
        ConsistentRead=True,
    )["Items"]
    return found


def _draws(lots: list[dict[str, Any]], credits: int) -> list[tuple[dict[str, Any], int]]:
    draws = []
    for lot in lots:
        taken = min(credits, int(lot["left"]["N"]))
        if taken:
            draws.append((lot, taken))
            credits -= taken
    if credits:
        raise InsufficientCreditsError
    return draws


def _draw(draw: tuple[dict[str, Any], int]) -> dict[str, Any]:
    lot, taken = draw
    return {
        "Update": {
            "TableName": TABLE,
            "Key": {"pk": lot["pk"], "sk": lot["sk"]},
            "UpdateExpression": "SET #left = #left - :n",
            "ConditionExpression": "#left >= :n",
            "ExpressionAttributeNames": {"#left": "left"},
            "ExpressionAttributeValues": {":n": {"N": str(taken)}},
        }
    }


def _entry(account_id: str, key: str, credits: int, draws: list[tuple[dict[str, Any], int]]) -> dict[str, Any]:
    item = {
        "pk": {"S": _entry_key(account_id, key)},  # spread, as ours are: the engine's query walks a whole partition
        "sk": {"S": "entry"},
        "key": {"S": key},
        "credits": {"N": str(credits)},
        "at": {"N": str(time.time_ns() // 1_000_000)},
        "draws": {"L": [{"L": [lot["sk"], {"N": str(taken)}]} for lot, taken in draws]},
    }
    return {"Put": {"TableName": TABLE, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _entry_key(account_id: str, key: str) -> str:
    return f"E#{account_id}#{key}"


def _pause() -> None:
    time.sleep(random.uniform(*PAUSE_SECONDS))
