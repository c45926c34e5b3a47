"""How the ledger says no, beside what burns and holds are told."""

from __future__ import annotations

from lotbook.domain.values.errors import Refused


class EntryNotFound(Refused):
    """No entry of that id in this account: statements show their ids."""

    code = "entry_not_found"
    title = "There is no such entry."


class NothingToVoid(Refused):
    """Nothing of the lot is unused: it was burned, is held, has expired or was taken back. Data: `lot_id`, `held`."""

    code = "nothing_to_void"
    title = "Nothing of this lot is left to take back."
