"""What AWS, or the engine that plays it, refuses: in one sentence that says what to do, instead of a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.exceptions import ConnectionError as NoConnection

from lotbook.adapters import refusals
from lotbook.adapters.thin.target import NotUnderstood
from lotbook.domain.values.errors import Unavailable

NO_TABLE = "ResourceNotFoundException"
NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
NOBODY = frozenset(
    {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "ExpiredToken"}
    | {"ExpiredTokenException", "IncompleteSignature", "MissingAuthenticationToken"}
)


class Refused(Exception):
    """The message says what is wrong and what to do."""


class NoTable(Refused):
    """There is no table of that name."""


class Silent(Refused):
    """Nobody answers."""


@contextmanager
def in_one_sentence(table: str) -> Iterator[None]:
    """What the SDK raises inside, about this table, is raised as Refused."""
    try:
        yield
    except (ClientError, refusals.ServiceRefused) as refusal:
        raise _of_answer(refusal.response["Error"], table) from refusal
    except (NoCredentialsError, PartialCredentialsError) as nobody:
        raise Refused(
            "There are no AWS credentials here: name them, for example AWS_PROFILE=... in front of the command."
        ) from nobody
    except NoRegionError as nowhere:
        raise Refused("No AWS region is named: AWS_REGION=... in front of the command.") from nowhere
    except ProfileNotFound as unknown:
        raise Refused(f"{unknown}: name another, AWS_PROFILE=..., or unset it.") from unknown
    except NotUnderstood as unknown:
        raise Refused(_line(unknown)) from unknown
    except (NoConnection, HTTPClientError, refusals.NoAnswer, Unavailable) as silence:
        raise Silent(f"Nobody answers: {_line(silence)}") from silence
    except BotoCoreError as other:
        raise Refused(f"AWS cannot be asked: {_line(other)}") from other


def _line(said: object) -> str:
    return " ".join(str(said).split())


def _of_answer(error: Any, table: str) -> Refused:
    code, said = str(error.get("Code")), _line(error.get("Message") or "")
    if code == NO_TABLE:
        return NoTable(
            f"There is no table {table} in this account and region: its name is the stack's output TableName."
        )
    if code in NOT_ALLOWED:
        return Refused(f"These AWS credentials may not do this to {table}: {said}")
    if code in NOBODY:
        return Refused(f"AWS does not take these credentials (sign in again): {said or code}")
    return Refused(f"AWS refused: {code}: {said}")
