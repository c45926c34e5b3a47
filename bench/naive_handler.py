"""A consume handler as the documentation's examples add up to it: every convenience, loaded by every cold start.

Imported by `bench/cold.py` in a fresh process, and only there. Tracer where its library is installed; without it this
handler is lighter and the comparison harder for us.
"""
# mypy: ignore-errors

from __future__ import annotations

from importlib.util import find_spec

import boto3
import stripe
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from pydantic import BaseModel, Field

logger = Logger(service="consume")
metrics = Metrics(namespace="bench", service="consume")
tracer = Tracer(service="consume", disabled=True) if find_spec("aws_xray_sdk") else None
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table("bench")
store = DynamoDBPersistenceLayer(table_name="bench-idempotency")
gateway = stripe.StripeClient("sk_test_bench")


class Draw(BaseModel):
    lot_id: str
    credits: int = Field(gt=0)


class Lot(BaseModel):
    lot_id: str
    kind: str
    granted: int
    remaining: int
    expires_at: str | None


class Account(BaseModel):
    account_id: str
    policy_id: str
    currency: str


class Consume(BaseModel):
    credits: int = Field(gt=0, le=1_000_000_000_000)
    unit: str = "credits"
    reference: str | None = Field(default=None, max_length=256)


class Hold(Consume):
    ttl_seconds: int = Field(default=3600, ge=60, le=604_800)


class Capture(BaseModel):
    credits: int = Field(ge=0)


class Consumed(BaseModel):
    entry_id: str
    credits: int
    draws: list[Draw]
    available: int
    at: str


class Held(BaseModel):
    hold_id: str
    credits: int
    expires_at: str
    available: int


class Problem(BaseModel):
    type: str
    title: str
    status: int
    code: str


class Balance(BaseModel):
    account: Account
    lots: list[Lot]
    available: int


@idempotent_function(
    data_keyword_argument="request", persistence_store=store, config=IdempotencyConfig(event_key_jmespath="key")
)
def burn(request: dict) -> dict:
    return table.get_item(Key={"pk": request["key"], "sk": "lot"})


@app.post("/v1/accounts/<account_id>/consume")
def consume(account_id: str, body: Consume) -> Consumed:
    return Consumed(**burn(request={"key": account_id, "credits": body.credits}))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)
