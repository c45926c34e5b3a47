"""A body read into its model, and a refusal in our own words: what, where, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from lotbook.api.http.body import MAX_NAME_SHOWN, UNKNOWN
from lotbook.api.requests import burning, forms
from lotbook.domain.values.errors import InvalidRequest


class Body(BaseModel):
    """Strict: a JSON number is no string, 5.0 is no integer, and an unknown field is an error."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Model = TypeVar("Model", bound=Body)


def read(model: type[Model], document: Mapping[str, Any]) -> Model:
    """The body as a model; raises InvalidRequest that names each field, in our words."""
    try:
        return model.model_validate(document)
    except ValidationError as refusal:
        found = refusal.errors(include_url=False, include_context=True, include_input=False)
        raise InvalidRequest.of_all([_told(error) for error in found]) from None


# pydantic's kind of error -> our code and sentence; its own text and the caller's input stay out of the answer.
_TOLD: dict[str, tuple[str, str]] = {
    "missing": ("missing", "is required."),
    "extra_forbidden": ("unknown", UNKNOWN),
    "int_type": ("type", "must be a JSON integer."),
    "string_type": ("type", "must be a string."),
    "bool_type": ("type", "must be true or false."),
    "dict_type": ("type", "must be an object."),
    "model_type": ("type", "must be an object."),
    "model_attributes_type": ("type", "must be an object."),
    "greater_than_equal": ("range", "must be at least {ge}."),
    "less_than_equal": ("range", "must be at most {le}."),
    "string_too_short": ("length", "must have at least {min_length} characters."),
    "string_too_long": ("length", "must have at most {max_length} characters."),
    "too_long": ("length", "must have at most {max_length} entries."),
    "too_short": ("length", "must have at least {min_length} entries."),
    "list_type": ("type", "must be an array."),
    "literal_error": ("choice", "must be {expected}."),
    "union_tag_invalid": ("choice", "kind must be one of {expected_tags}."),
    "union_tag_not_found": ("missing", "kind is required."),
}
EMPTY = "must not be empty."
OWN_KINDS = frozenset({"region", "instant", "one_of"})  # raised by models and forms, with our own words
# of a burn's body as a whole, told at the field where it would be put right
_AMOUNTS = {
    "missing_amount": ("credits", "missing", burning.MISSING_AMOUNT),
    "two_amounts": ("usage", "one_of", burning.TWO_AMOUNTS),
}
_OF_A_NAME = "[key]"  # pydantic puts it behind the name of a member whose name is wrong
_TAGS = frozenset({"top_up", "plan", "custom_payment"})


def _told(error: ErrorDetails) -> dict[str, str]:
    context = error.get("ctx", {})
    if error["type"] in _AMOUNTS:
        name, code, message = _AMOUNTS[error["type"]]
        return {"field": _path((*error["loc"], name)), "code": code, "message": message}
    if error["type"] in OWN_KINDS:
        code, message = error["type"], error["msg"]
    elif error["type"] == "string_pattern_mismatch":
        code, message = "pattern", f"must be {forms.TOLD[context['pattern']]}."
    else:
        code, sentence = _TOLD.get(error["type"], ("invalid", "is not valid."))
        if error["type"] == "string_too_short" and context["min_length"] == 1:
            sentence = EMPTY
        message = sentence.format_map(context)
    return {"field": _path(error["loc"]), "code": code, "message": message}


def _path(location: tuple[int | str, ...]) -> str:
    # pydantic puts the union's tag into the path; the caller's document has no such level.
    parts = [str(part) for at, part in enumerate(location) if not (at == 1 and location[0] == "item" and part in _TAGS)]
    parts = [part for part in parts if part != _OF_A_NAME]
    return ".".join(part[:MAX_NAME_SHOWN] for part in parts)
