"""The statement's page: entries in words with a running balance, filters, and the balance of another day (NP-59, NP-60, DF-21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lotbook.api.portal import days, file_parts
from lotbook.api.portal.entry_words import GROUPS, calculation, sentence
from lotbook.api.portal.replies import Page
from lotbook.api.portal.routes import ROOT
from lotbook.domain.credits.batches import lines_of
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.portal.statement_pages import WantedEntries

if TYPE_CHECKING:
    from lotbook.api.portal.visits import Visit
    from lotbook.api.rendering.formats import Formats
    from lotbook.domain.credits.batches import BatchLine
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.portal.statement_pages import AsOf, StatementPage

HERE = f"{ROOT}/statement"
FILE = f"{HERE}/export"


@dataclass(frozen=True, slots=True)
class StatementQuery:
    """What the address asks for; what is no unit, no kind and no day is passed over."""

    unit: str
    kind: str = ""
    since: str = ""
    until: str = ""
    as_of: str = ""

    @staticmethod
    def of(query: Mapping[str, str], units: tuple[str, ...]) -> StatementQuery:
        """From an address of an account with these units."""
        named = {name: days.day_of(query.get(name)) for name in ("from", "to", "as_of")}
        found = {name: day.isoformat() if day else "" for name, day in named.items()}
        unit, kind = query.get("unit", ""), query.get("kind", "")
        return StatementQuery(
            unit if unit in units else units[0],
            kind if kind in GROUPS else "",
            found["from"],
            found["to"],
            found["as_of"],
        )

    def wanted(self, zone: str) -> WantedEntries:
        """For the use case: both days belong to it."""
        since, until = days.day_of(self.since), days.day_of(self.until)
        return WantedEntries(
            GROUPS[self.kind][1] if self.kind else None,
            None if since is None else days.start_of(since, zone),
            None if until is None else days.end_of(until, zone),
        )

    def kept(self, **more: str | None) -> dict[str, str]:
        """The filter as fields of an address."""
        named = {"unit": self.unit, "kind": self.kind, "from": self.since, "to": self.until, **more}
        return {name: value for name, value in named.items() if value}

    def address(self, path: str, **more: str | None) -> str:
        """With this filter."""
        return f"{path}?{urlencode(self.kept(**more))}"


def page(found: StatementPage, as_of: AsOf, loaded: LoadedAccount, visit: Visit, *, cursor: str | None) -> Page:
    """One page of entries. `cursor`: of the next one."""
    asked, formats = StatementQuery.of(visit.query, loaded.policy.units), visit.formats(loaded)
    values = {
        "entries": [_row(entry, found.lots, formats, visit.account_id) for entry in found.entries],
        "as_of": as_of,
        "as_of_day": asked.as_of or days.day_at(as_of.balance.as_of, loaded.account.time_zone).isoformat(),
        "is_now": not asked.as_of,
        "asked": asked,
        "groups": {name: title for name, (title, _) in GROUPS.items()},
        "units": loaded.policy.units,
        "unit": asked.unit,
        "older": asked.address(HERE, cursor=cursor) if cursor else None,
        "is_first": "cursor" not in visit.query,
        "first": asked.address(HERE),
        "here_cursor": visit.query.get("cursor", ""),
        "is_filtered": bool(asked.kind or asked.since or asked.until),
    }
    return Page("statement.html", loaded, values)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with its id, what happened, how its credits were calculated, and the parts of a batch, each with its own calculation."""

    entry: Entry
    entry_id: str
    told: str
    calculated: str | None
    lines: Sequence[tuple[BatchLine, str | None]]


def _row(entry: Entry, lots: Mapping[str, Lot], formats: Formats, account_id: str) -> Row:
    lines = [(line, calculation(line.rated, formats)) for line in lines_of(entry)]
    calculated = calculation(entry.rated, formats)
    return Row(entry, entry.id_in(account_id), sentence(entry, lots, formats), calculated, lines)


def parts(entries: Sequence[Entry], loaded: LoadedAccount, visit: Visit, *, cursor: str) -> Page:
    """The page of a file that is too long. `cursor`: of the next part."""
    asked = StatementQuery.of(visit.query, loaded.policy.units)

    def address(**more: str) -> str:
        return asked.address(FILE, **{"cursor": visit.query.get("cursor"), **more})

    return file_parts.page(loaded, HERE, [entry.at for entry in entries], address=address, older={"cursor": cursor})
