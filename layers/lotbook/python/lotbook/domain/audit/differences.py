"""What an audit finds, as data: what kind, about what, what was expected, what is there."""

from __future__ import annotations

from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One of them. `subject` names an entry, a lot, a hold or a purchase; `seq` its place in the ledger, 0 if none."""

    kind: str
    subject: str
    expected: int | str
    found: int | str
    seq: int = 0

    def __str__(self) -> str:
        place = f" (seq {self.seq})" if self.seq else ""
        return f"{self.kind.replace('_', ' ')} {self.subject}{place}: expected {self.expected}, found {self.found}"
