"""Stories that go wrong without a condition, of what is watched, and of keys: see `condition_stories.py`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.mails.latches import MailLatch
from lotbook.domain.mails.occasions import Occasion
from lotbook.domain.news.alerts import Latch
from lotbook.domain.portal.sessions import Pass, Visitor
from lotbook.domain.reconciliation.differences import Difference, Stray
from lotbook.domain.reconciliation.strays import StrayNote
from lotbook.domain.values.errors import Conflict
from lotbook.ports.reconciliation import Noted
from tests.contracts.a_book import NOW, U
from tests.contracts.condition_stories import Place, guards

# --- what is watched --------------------------------------------------------------------------------------------------


@guards("latches.save.NOT_YET_WRITTEN")
def d34_of_two_first_latches_the_second_is_told(place: Place) -> None:
    place.store.save("acme", U, Latch(seq=4))
    with pytest.raises(Conflict):
        place.store.save("acme", U, Latch(seq=5))


@guards("latches.save.STILL_THE_VERSION_READ")
def d34_of_two_changes_of_a_latch_the_second_is_told(place: Place) -> None:
    place.store.save("acme", U, Latch(seq=4))
    read = place.store.get("acme", U)
    place.store.save("acme", U, read)
    with pytest.raises(Conflict):
        place.store.save("acme", U, replace(read, seq=9))


@guards("latches._take_off.IS_THERE")
def a_notice_that_is_gone_is_not_made_by_taking_it_away(place: Place) -> None:
    place.store.done("acme", U, "lot_a")
    assert place.items() == []


MAIL = Occasion("credits_low", "evt_1")


@guards("mail_latches.save.NOT_YET_WRITTEN")
def d34_of_two_workers_of_a_new_mail_the_second_is_told(place: Place) -> None:
    place.store.save("acme", MAIL, MailLatch(lease="a"))
    with pytest.raises(Conflict):
        place.store.save("acme", MAIL, MailLatch(lease="b"))


@guards("mail_latches.save.STILL_THE_VERSION_READ")
def d34_of_two_workers_after_a_lease_the_second_is_told(place: Place) -> None:
    read = place.store.save("acme", MAIL, MailLatch(lease="a"))
    place.store.save("acme", MAIL, replace(read, lease="b"))
    with pytest.raises(Conflict):
        place.store.save("acme", MAIL, replace(read, lease="c"))


STRAY = Stray("pi_1", "event", 7, "acme", "pur_1", "cs_1", "pi_1", "evt_1")


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def a_difference_is_noted_once_a_day(place: Place) -> None:
    note = Noted(NOW, Difference("amount_mismatch", "acme", "pur_1", "cs_1", ("total",)), "found")
    assert place.store.note(note) is True
    assert place.store.note(note) is False


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def d5_a_stray_is_kept_as_it_was_found_first(place: Place) -> None:
    assert place.store.keep(STRAY) is True
    assert place.store.keep(replace(STRAY, account_id="evil", first_seen_at=9)) is False
    assert place.store.stray("pi_1").stray == STRAY


@guards("reconciliation._put_new.NOT_YET_WRITTEN")
def a_note_about_a_stray_is_not_written_over(place: Place) -> None:
    place.store.keep(STRAY)
    note = StrayNote("pi_1", 10, "bob", "Refunded.", closes=True)
    assert place.store.note_stray(note)
    assert not place.store.note_stray(replace(note, text="other"))


@guards("service_keys.revoke.IS_THERE")
def a_key_that_nobody_made_is_not_made_by_its_end(place: Place) -> None:
    with suppress(ServiceRefused):
        place.store.revoke("hash", NOW)
    assert place.items() == []


@guards("cursor_key._make.NOT_YET_WRITTEN")
def of_two_functions_that_make_the_key_of_cursors_the_second_takes_the_first_ones(place: Place) -> None:
    assert place.store._make() == place.store._make() == place.store.read()


# --- who is let in ----------------------------------------------------------------------------------------------------


@guards("passes.use_up.NOBODY_USED_IT")
def of_two_who_open_a_link_one_is_let_in_and_nobody_by_a_link_that_is_none(place: Place) -> None:
    place.store.put("link", "d", Pass(Visitor("acme", "owner", "ann"), NOW, 0))
    assert place.store.use_up("link", "acme", "d", NOW) is True
    assert place.store.use_up("link", "acme", "d", NOW) is False
    assert place.store.use_up("link", "acme", "other", NOW) is False
    assert place.store.find("link", "acme", "other") == (None, 0)


# --- closing ----------------------------------------------------------------------------------------------------------


@guards("closings._still.NOBODY_ASKED_SINCE")
def a_look_that_money_has_asked_for_is_not_taken_for_done(place: Place) -> None:
    place.store.ask("acme", NOW)
    place.store.ask("acme", NOW + 1)
    assert not place.store.finish("acme", 1)
    assert not place.store.look_again("acme", NOW + 9, 1)
    (item,) = place.items()
    assert item["du"] == {"N": str(NOW + 1)}
    assert place.store.finish("acme", 2)


@guards("erasures._update.IS_THERE")
def what_the_table_took_away_meanwhile_does_not_come_back_erased(place: Place) -> None:
    gone = Entry("use-1", U, "consumed", NOW, digest="d" * 12 + "meta")
    place.store.entries("acme", [gone])
    assert place.items() == []


# --- who goes on ------------------------------------------------------------------------------------------------------


@guards("sweeps.claim.NOT_YET_WRITTEN")
def s4_of_two_runs_that_would_begin_the_same_next_one_one_does(place: Place) -> None:
    assert place.store.claim("expire#7#2", NOW)
    assert not place.store.claim("expire#7#2", NOW)
    assert place.store.claim("expire#7#3", NOW)
