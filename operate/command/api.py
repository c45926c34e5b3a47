"""The API by the client library: its retries, its keys, its errors. Answers are kept as JSON, which `--json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lotbook_client import ApiError, LotbookError, operations
from lotbook_client.calls import CsvPage, Operation, as_sent
from lotbook_client.synchronous import Core
from operate.command.refusal import FAILED, SILENT, Refusal

if TYPE_CHECKING:
    import httpx

PAGE = 100
MOST_PAGES = 2_000  # of one list: a filter may find little in each of them, and a list may be of any length
TIMEOUT_SECONDS = 60
FIXES = {  # by code, or by status where the code says nothing more
    "account_not_found": "`lotbook accounts list` shows those that there are.",
    "policy_not_found": "`lotbook policies publish FILE` makes one.",
    "report_not_found": "There are liability, recognition, roll-forward and tax.",
    "endpoint_not_found": "`lotbook endpoints list` shows those that there are.",
    "delivery_not_found": "`lotbook endpoints deliveries ENDPOINT` shows those that there are.",
    "idempotency_key_reused": "Another call was made with this --key: give another.",
    "insufficient_credits": "`lotbook balance ACCOUNT` shows what is there.",
    "account_closed": "It is closed for good: open another account.",
    "forbidden": "The key lacks the scope: `lotbook keys create NAME SCOPE...` makes another.",
    "401": "The key is none of this deployment, or was revoked: `lotbook keys list`.",
    "403": "The key lacks the scope: `lotbook keys create NAME SCOPE...` makes another.",
    "404": "Is the address that of a Lotbook of this release?",
    "409": "Look at it, and do it again if it is still wanted.",
    "422": "`--help` says what the command takes.",
    "429": "Do it again in a minute.",
}
OTHER = "Do it again; the log of the request says more."


class Api(Core):
    """Calls by name, answered as JSON. Everything that goes wrong is a Refusal that names the fix."""

    def __init__(self, base_url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        try:
            super().__init__(base_url, key, timeout=TIMEOUT_SECONDS, transport=transport)
        except ValueError as unclear:
            raise Refusal(f"{unclear}.", SILENT) from unclear

    def ask(self, operation: Operation[Any], **asked: Any) -> Any:
        """The JSON of an answer. `asked`: path, query, body, key. Raises Refusal."""
        return self._read(replace(operation, read=as_sent), asked)

    def csv(self, operation: Operation[CsvPage], **asked: Any) -> CsvPage:
        """A page of CSV. Raises Refusal."""
        page: CsvPage = self._read(operation, asked)
        return page

    def _read(self, operation: Operation[Any], asked: Mapping[str, Any]) -> Any:
        try:
            return self._answer(operation, **asked)
        except ApiError as refused:
            raise _refused(refused) from refused
        except LotbookError as silence:
            raise Refusal(_silent(silence, self._settings.base_url), SILENT) from silence
        except ValueError as unclear:
            raise Refusal(f"{unclear}.") from unclear

    def items(self, operation: Operation[Any], name: str, most: int, **asked: Any) -> list[dict[str, Any]]:
        """Up to `most` of a list, over its pages. Raises Refusal."""
        return list(islice(self._all(operation, name, min(most, PAGE), asked), most))

    def _all(self, operation: Operation[Any], name: str, limit: int, asked: Mapping[str, Any]) -> Iterator[Any]:
        query, cursor = dict(asked.get("query") or {}), None
        for _ in range(MOST_PAGES):
            page = self.ask(operation, **{**asked, "query": {**query, "limit": limit, "cursor": cursor}})
            yield from page[name]
            limit, cursor = PAGE, page["next_cursor"]  # a filter found little in the first one: ask for whole pages
            if cursor is None:
                return
        raise Refusal(_too_long(name, page[name]))


def _too_long(name: str, last: list[dict[str, Any]]) -> str:
    """How to go on: a statement goes on before the last entry that was read, other lists with fewer to look through."""
    told = f"{MOST_PAGES:,} pages of {name} were read, and there are more."
    if last and "at" in last[-1]:
        return f"{told} Those before {last[-1]['at']} are read with --to {last[-1]['at']}."
    return f"{told} Ask for less: with --limit, a filter that finds more in a page, or a time with --from and --to where it has one."


def _silent(silence: LotbookError, url: str) -> str:
    key = silence.idempotency_key
    again = f" To do it once for sure, do it again with --key {key}" if key else " Do it again"
    return f"No answer that can be read from {url} ({silence}): is it up, and is the address right?{again}."


def _refused(refused: ApiError) -> Refusal:
    said = [f"Lotbook refused: {refused.status} {refused.code or 'without a code'}: {refused.detail}"]
    for each in refused.data.get("errors") or ():
        said.append(f"  {each.get('field') or 'document'}: {each.get('message')}")
    fix = FIXES.get(refused.code) or FIXES.get(str(refused.status)) or OTHER
    if refused.status >= 500 and refused.idempotency_key:
        fix = f"Do it again with --key {refused.idempotency_key}: it happens once."
    named = f" (request {refused.request_id})" if refused.request_id else ""
    return Refusal("\n".join([*said, f"{fix}{named}"]), SILENT if refused.status == 401 else FAILED)


__all__ = ["Api", "operations"]
