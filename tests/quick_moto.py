"""moto's DynamoDB with the same answers in a fourth of the time: handlers' tests spend most of theirs in it.

A call goes to moto as it is: botocore makes an HTTP request of it and moto an HTTP answer, and nobody here looks at either. In moto
itself some places go through far more than there is to find: `quick_items` and `quick_expressions` have them.
`tests/contracts/test_quick_moto.py` compares with moto as it is.
Calls of several threads take turns: moto reads its dictionaries while another thread writes them, and fails by chance where DynamoDB
would not. What several callers do at once is proved on an engine that is correct under threads (`tests/race`).
"""

from __future__ import annotations

from functools import cache
from threading import RLock
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID, models
from moto.core.exceptions import HTTPException, ServiceException
from moto.core.models import botocore_stubber
from moto.core.parse import BaseJSONParser, JSONParser
from moto.core.responses import BaseResponse
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import utcnow
from moto.dynamodb.responses import DynamoHandler
from werkzeug.http import http_date

from tests import quick_expressions, quick_items, sdk_files

__all__ = ["QUICKER", "SLOWER", "mock_aws"]
OF_ITEMS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan")
OF_TABLES = ("CreateTable", "DeleteTable")
DIRECT = {*OF_TABLES, *OF_ITEMS, "BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems"}
SERVED = ".amazonaws.com"  # a client of an engine of its own has another address
_one_at_a_time = RLock()
_every_member = BaseJSONSerializer._serialize_type_structure
_any_structure = BaseJSONParser._parse_structure
_over_http: Any = BaseClient._make_api_call  # type: ignore[attr-defined]


def _directly(self: Any, operation: str, asked: dict[str, Any]) -> Any:
    """One call of a client: what it asks is checked and heard of as ever, and what it is answered is told without HTTP between."""
    if operation not in DIRECT or not botocore_stubber.enabled or not self.meta.endpoint_url.endswith(SERVED):
        return _over_http(self, operation, asked)
    model = self.meta.service_model.operation_model(operation)
    context = {"client_region": self.meta.region_name, "client_config": self.meta.config}
    request = self._serializer.serialize_to_request(self._emit_api_params(asked, model, context), model)
    heard = {"model": model, "params": request, "request_signer": self._request_signer, "context": context}
    self.meta.events.emit_until_response(f"before-call.dynamodb.{operation}", **heard)
    handler = DynamoHandler()
    handler.headers, handler.querystring = request["headers"], {}
    handler.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
    handler.region, handler.current_account = self.meta.region_name, DEFAULT_ACCOUNT_ID
    handler.params = handler.body = JSONParser(model).parse(request)
    with _one_at_a_time:
        try:
            found = getattr(handler, xform_name(operation))().result
        except (ServiceException, HTTPException):
            return _refused(self, model, handler)
        told: dict[str, Any] = _members_of(model.output_shape, found)
    told["ResponseMetadata"] = {"HTTPStatusCode": 200, "HTTPHeaders": handler.response_headers, "RetryAttempts": 0}
    return told


def _refused(client: Any, model: Any, handler: DynamoHandler) -> None:
    """What moto refuses it refuses again, this time in the words of HTTP: a refused call changes nothing."""
    status, headers, body = BaseResponse.call_action(handler)
    answer = {"status_code": status, "headers": headers, "body": body.encode()}
    parser = client._endpoint._response_parser_factory.create_parser("json")
    told = parser.parse(answer, model.output_shape)
    client._endpoint._add_modeled_error_fields(answer, told, model, parser)
    raise client.exceptions.from_code(told["Error"]["Code"])(told, model.name)


def _members_of(shape: Any, found: Any) -> Any:
    """What an answer of this shape holds of what moto found: it finds more than it tells."""
    if shape.type_name == "structure" and shape.name != "AttributeValue":
        there = {name: found[name] for name in shape.members if found.get(name) is not None}
        return {name: _members_of(shape.members[name], part) for name, part in there.items()}
    if shape.type_name == "list":
        return [_members_of(shape.member, part) for part in found]
    if shape.type_name == "map":
        return {name: _members_of(shape.value, part) for name, part in found.items()}
    return found


def _members_that_are_there(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """An attribute's value has one of ten members; moto looks for the other nine under six names each."""
    if shape.name != "AttributeValue" or not isinstance(value, dict):
        _every_member(self, serialized, value, shape, key)
        return
    wrapper: Any = self.MAP_TYPE()
    for name in value:
        self._serialize(wrapper, value[name], shape.members[name], name)
    self._default_serialize(serialized, wrapper, shape, key)


def _the_member_that_came(self: Any, shape: Any, value: Any) -> Any:
    """An attribute's value comes with one of ten members; moto looks for all ten."""
    if shape.name != "AttributeValue" or not isinstance(value, dict) or len(value) != 1:
        return _any_structure(self, shape, value)
    ((name, part),) = value.items()
    return {} if part is None else {name: self._parse_shape(shape.members[name], part)}


QUICKER = (
    (BaseClient, "_make_api_call", _directly),
    (BaseJSONSerializer, "_serialize_type_structure", _members_that_are_there),
    # What answers the requests of other libraries is made 1,300 times over for each test, and is the same each time.
    (models, "CallbackResponse", cache(models.CallbackResponse)),
    (BaseJSONParser, "_parse_structure", _the_member_that_came),
    *quick_items.QUICKER,
    *quick_expressions.QUICKER,
)
# A copier that is None is none.
SLOWER = tuple((owner, name, getattr(owner, name, None)) for owner, name, _ in QUICKER)
for owner, name, made in QUICKER:
    setattr(owner, name, made)
sdk_files.keep()
