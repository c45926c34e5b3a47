"""One run of the reports: the round over all accounts, and the tie to the gateway. A gateway that fails keeps no books from closing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.attempts import FailedWork, attempt
from lotbook.usecases.reports.fold_accounts import MIN_TIME_LEFT, Rounded, fold_accounts
from lotbook.usecases.reports.tie_balance import Tied, is_under_way, tie_balance

if TYPE_CHECKING:
    from lotbook.ports.directory import AccountDirectory
    from lotbook.ports.reports import GatewayBalance
    from lotbook.usecases.reports.fold_account import ReportDesk

TIE_TIME_LEFT = 45 * SECOND  # a page of the gateway's with all its tries, and its hundred rows


@dataclass(frozen=True, slots=True)
class BroughtUp:
    """What a run did."""

    books: Rounded
    tied: tuple[Tied, ...]
    failures: tuple[FailedWork, ...]

    @property
    def more(self) -> bool:
        """Whether it leaves work."""
        return self.books.more or any(each.more for each in self.tied)


def bring_up_to_date(
    *, desk: ReportDesk, directory: AccountDirectory, gateway: GatewayBalance, time_left: Callable[[], int]
) -> BroughtUp:
    """A tie that was stopped goes on first; a new one begins when the round is done. Raises Unavailable for the list of accounts."""
    tied, failures = list[Tied](), list[FailedWork]()

    def tie() -> None:
        has_time = partial(_has, time_left, TIE_TIME_LEFT)
        tried = attempt(partial(tie_balance, desk=desk, gateway=gateway, has_time=has_time))
        if tried.answer is not None:
            tied.append(tried.answer)
        elif tried.error is not None:
            failures.append(FailedWork("the tie to the gateway's balance", None, "", tried.error))

    if is_under_way(desk.reports):
        tie()
    books = fold_accounts(desk=desk, directory=directory, time_left=time_left, least=MIN_TIME_LEFT)
    if not (books.more or failures or any(each.more for each in tied)):
        tie()
    return BroughtUp(books, tuple(tied), (*books.failures, *failures))


def _has(time_left: Callable[[], int], least: int) -> bool:
    return time_left() >= least
