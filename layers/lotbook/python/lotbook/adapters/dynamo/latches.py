"""Latches of levels, written under their version, and notices of lots that expire soon, found through the due index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.batches import read_all
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import (
    IS_THERE,
    NOT_NEWER,
    NOT_YET_WRITTEN,
    STILL_THE_VERSION_READ,
    to_item,
)
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.news.alerts import Latch, Said
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lotbook.adapters.dynamo.table import Table
    from lotbook.ports.news import Owner

DUE_KIND = "notice"
NOT_THERE = 0  # the version of a latch that is not in its place yet


class DynamoLatches:
    """Implements `LatchStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account_id: str, unit: str) -> Latch:
        """The latch, a fresh one where there is none."""
        return self.of([(account_id, unit)])[account_id, unit]

    def of(self, owners: Collection[Owner]) -> dict[Owner, Latch]:
        """One call. A fresh one where there is none; one that stands where latches were before is read there, once."""
        places = {owner: keys.latch(*owner) for owner in owners}
        found = self._read(places)
        old = self._read({owner: keys.before(place) for owner, place in places.items() if owner not in found})
        fresh = dict.fromkeys(owners, Latch())
        return fresh | {owner: replace(latch, version=NOT_THERE) for owner, latch in old.items()} | found

    def _read(self, places: Mapping[Owner, dict[str, str]]) -> dict[Owner, Latch]:
        items = read_all(self._table, places.values())
        kept = {owner: items.get((place["pk"], place["sk"])) for owner, place in places.items()}
        return {owner: _latch(values) for owner, values in kept.items() if values}

    def save(self, account_id: str, unit: str, latch: Latch) -> None:
        """Put it over the version that it was read at. Raises Conflict when somebody was faster."""
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": to_item(keys.latch(account_id, unit) | _values(latch)),
            "ConditionExpression": NOT_YET_WRITTEN,
        }
        if latch.version != NOT_THERE:
            request |= {
                "ConditionExpression": STILL_THE_VERSION_READ,
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": to_item({":read": latch.version}),
            }
        write_over(self._table.client, "put_item", request)


class DynamoNotices:
    """Implements `NoticeStore`: an item that is in the due index for as long as it exists."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, account_id: str, unit: str, lot_id: str, at: int) -> None:
        """A plain put: noting the same again changes nothing."""
        place = keys.notice(account_id, unit, lot_id)
        item = place | {"dp": keys.due_shard(DUE_KIND, lot_id), "du": at}
        put_over(self._table, item, NOT_NEWER)

    def done(self, account_id: str, unit: str, lot_id: str) -> None:
        """Take it away; it may be gone already.

        One that stands where notices were before is taken off the index only: among accounts nobody may delete.
        """
        place = keys.notice(account_id, unit, lot_id)
        request = {"TableName": self._table.name, "Key": to_item(place), "ReturnValues": "ALL_OLD"}
        if "Attributes" not in send(self._table.client, "delete_item", request):
            self._take_off(keys.before(place))

    def _take_off(self, place: dict[str, str]) -> None:
        request = {
            "TableName": self._table.name,
            "Key": to_item(place),
            "UpdateExpression": "REMOVE dp, du",
            "ConditionExpression": IS_THERE,
        }
        try:
            send(self._table.client, "update_item", request)
        except ServiceRefused as error:
            if not was_refused(error):
                raise


def _values(latch: Latch) -> dict[str, Any]:
    return {
        "seq": latch.seq,
        "base": latch.base,
        "base_seq": latch.base_seq,
        "said": [[level, mark.at, mark.seq, mark.armed_by] for level, mark in sorted(latch.said.items())],
        "armed": [[level, seq] for level, seq in sorted(latch.armed_by.items())],
        "version": latch.version + 1,
    }


def _latch(values: Mapping[str, Any]) -> Latch:
    return Latch(
        seq=values["seq"],
        base=values["base"],
        base_seq=values["base_seq"],
        said={level: Said(at, seq, armed_by) for level, at, seq, armed_by in values["said"]},
        armed_by={level: seq for level, seq in values["armed"]},  # noqa: C416
        version=values["version"],
    )
