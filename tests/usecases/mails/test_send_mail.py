"""One event, one mail: through races, crashes and refusals, and by the account's own choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.accounts.mail_choices import with_choice, with_unreachable
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.mails.latches import HOLDS, LEASE, MAX_TRIES, MailLatch
from lotbook.domain.mails.occasions import News
from lotbook.domain.mails.posting import NotTaken
from lotbook.domain.values.errors import Unavailable
from tests.api.mails.cases import CASES, LOT, PURCHASE, automatic, bought, renewal
from tests.fakes.crashes import Crash
from tests.fakes.endpoints import an_endpoint
from tests.fakes.mails import MailRoom
from tests.fakes.outbox import World

LOW = CASES["credits_low"].news


def failing(error: BaseException, times: int = 1) -> Any:
    left = [times]

    def fail(*_: object) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return fail


def test_d34_an_event_that_comes_again_sends_nothing_for_a_day() -> None:
    room = MailRoom()
    assert room.tell(LOW) == "sent"
    room.clock.instant += HOLDS - 1
    assert room.tell(LOW) == "over"
    assert room.kinds == ["credits_low"]


def test_d34_a_second_worker_that_comes_while_the_first_one_sends_waits_and_then_finds_it_sent() -> None:
    room = MailRoom()

    def rival() -> None:
        room.post.before = lambda: None
        with pytest.raises(Unavailable):
            room.tell(LOW)

    room.post.before = rival
    assert room.tell(LOW) == "sent"
    assert room.tell(LOW) == "over"
    assert room.kinds == ["credits_low"]


def test_d34_two_workers_that_read_the_same_latch_send_one_mail() -> None:
    room = MailRoom()

    def rival(_: MailLatch) -> None:
        room.latches.on_save = lambda _: None
        assert room.tell(LOW) == "sent"

    room.latches.on_save = rival
    assert room.tell(LOW) == "over"
    assert room.kinds == ["credits_low"]


def test_a_worker_that_dies_before_it_sends_loses_no_mail() -> None:
    room = MailRoom()
    room.post.before = failing(Crash())
    with pytest.raises(Crash):
        room.tell(LOW)
    with pytest.raises(Unavailable):
        room.tell(LOW)
    room.clock.instant += LEASE
    assert room.tell(LOW) == "sent"
    assert room.kinds == ["credits_low"]


def test_a_worker_that_dies_between_sending_and_the_mark_errs_to_the_side_of_one_mail_more() -> None:
    room = MailRoom()
    room.post.after = failing(Crash())
    with pytest.raises(Crash):
        room.tell(LOW)
    room.clock.instant += LEASE
    assert [room.tell(LOW), room.tell(LOW)] == ["sent", "over"]
    assert room.kinds == ["credits_low"] * 2


def test_what_kills_every_worker_after_the_mail_was_taken_ends_and_rings(caplog: pytest.LogCaptureFixture) -> None:
    room = MailRoom()
    room.post.after = failing(Crash(), 99)
    for _ in range(MAX_TRIES):
        with pytest.raises(Crash):
            room.tell(LOW)
        room.clock.instant += LEASE
    assert room.tell(LOW) == "over"
    assert len(room.post.taken) == MAX_TRIES
    assert "mail_unsure" in caplog.text


def test_a_mail_that_was_certainly_not_taken_is_sent_by_whoever_comes_next_without_waiting() -> None:
    room = MailRoom()
    room.post.before = failing(NotTaken("TooManyRequestsException"), 7)
    for _ in range(7):
        with pytest.raises(Unavailable, match="TooManyRequestsException"):
            room.tell(LOW)
    assert room.tell(LOW) == "sent"
    assert room.kinds == ["credits_low"]


@pytest.mark.parametrize("taken", [False, True])
def test_a_mail_of_which_nobody_knows_waits_for_the_leases_end_and_is_sent(taken: bool) -> None:
    room = MailRoom()
    setattr(room.post, "after" if taken else "before", failing(Unavailable()))
    for _ in range(2):
        with pytest.raises(Unavailable):
            room.tell(LOW)
    room.clock.instant += LEASE
    assert room.tell(LOW) == "sent"


def test_a_mark_that_cannot_be_written_asks_for_no_second_mail() -> None:
    room = MailRoom()

    def unmarkable(latch: MailLatch) -> None:
        if latch.sent_at is not None:
            raise Unavailable

    room.latches.on_save = unmarkable
    assert room.tell(LOW) == "sent"


def test_a_lease_whose_answer_was_lost_is_known_again() -> None:
    room = MailRoom()
    save = room.latches.save

    def lost(*asked: Any) -> MailLatch:
        room.latches.save = save  # type: ignore[method-assign]
        save(*asked)
        return save(*asked)  # the SDK's own second try: refused, for the first one was written

    room.latches.save = lost  # type: ignore[method-assign, assignment]
    assert room.tell(LOW) == "sent"
    assert room.kinds == ["credits_low"]


def test_a_kind_that_is_switched_off_is_not_mailed_and_the_others_are() -> None:
    room = MailRoom("make", "pro-80k", bought())
    room.accounts.save(with_choice(room.account, "de", ["credits_low"]))
    assert room.tell(LOW) == "off"
    assert room.tell(CASES["purchase_completed"].news) == "sent"
    assert room.post.taken[0].written.subject.startswith("Ihr Beleg")


def test_an_address_that_bounced_gets_nothing_until_it_is_another_one() -> None:
    room = MailRoom()
    room.accounts.save(with_unreachable(room.account, "Owner@ACME.example", "bounce", 5))
    assert room.tell(LOW) == "off"
    room.accounts.save(replace(room.account, email="new@acme.example"))
    assert room.tell(LOW) == "sent"
    assert room.post.taken[0].to == "new@acme.example"


def test_what_is_not_so_any_more_is_not_mailed() -> None:
    room = MailRoom()
    assert room.tell(CASES["account_paused"].news) == "nothing", "it runs again"
    free = MailRoom("make", "pro-80k", replace(bought(), total_minor=0))
    assert free.tell(CASES["purchase_completed"].news) == "nothing", "nobody has paid nothing"
    assert room.tell(News("credits.consumed", "evt_9", 0, "acme", {})) == "nothing"
    assert room.tell(replace(LOW, account_id="gone")) == "nothing"
    assert room.post.taken == []


def test_a_row_that_is_written_after_its_event_is_waited_for() -> None:
    room = MailRoom()
    with pytest.raises(Unavailable):
        room.tell(CASES["plan_renewed"].news)
    later = MailRoom("make", "pro-80k", renewal())
    assert later.tell(CASES["plan_renewed"].news) == "sent"
    assert later.tell(CASES["purchase_completed"].news) == "nothing", "its receipt is the mail of the renewal"


def test_mk_27_a_declined_automatic_payment_is_told_once_with_the_way_to_mend_it() -> None:
    room = MailRoom("make", "pro-80k", automatic())
    room.accounts.save(replace(CASES["auto_top_up_suspended"].account, version=room.account.version))
    news = CASES["auto_top_up_suspended"].news
    assert [room.tell(news), room.tell(replace(news, event_id="evt_2"))] == ["sent", "over"]
    (mail,) = room.post.taken
    assert "Make another card your default" in mail.written.text
    assert PURCHASE in mail.written.text


def tell(room: MailRoom, world: World, times: int = 1) -> None:
    """Everything that the world has published so far, to a room that reads the world's books."""
    room.books.books, room.levels.kept = world.books.books, world.latches.kept
    for told in [each for each in world.bus.published for _ in range(times)]:
        room.tell(News(told.kind, told.announcement_id, told.at, str(told.account_id), told.detail))


def test_f3_a_crossing_whose_credits_came_again_before_it_is_mailed_says_nothing() -> None:
    """Used up, low: by the time of the mail more was bought; also where the new 100 % is less than the old level."""
    for burned, more in ((100, 100), (80, 100), (96, 5)):
        world, room = World(75, 90), MailRoom()
        world.grant(100)
        world.burn(burned)
        world.deliver()
        assert world.bus.of("credits.low"), "it was crossed"
        world.grant(more)
        world.deliver()
        tell(room, world)
        assert room.kinds == []


def test_f3_a_mail_of_a_level_states_what_is_left_when_it_is_written() -> None:
    world, room = World(75), MailRoom()
    world.grant(100)
    world.burn(80)
    world.deliver()
    world.burn(3)
    tell(room, world)
    assert "Of 100 credits you have 17 credits left." in room.post.taken[0].written.text


def test_f3_credits_that_are_on_their_way_are_waited_for() -> None:
    room = MailRoom()
    room.has(0, orders={"o": Grant(Lot("lot_9", "credits", "purchased", 10, 0, 0, None, 0))})
    with pytest.raises(Unavailable):
        room.tell(CASES["credits_exhausted"].news)
    room.has(0, renews_at=room.clock.now())
    assert room.tell(CASES["credits_exhausted"].news) == "nothing", "the next period's credits are due"


def test_f3_credits_that_expire_soon_are_those_that_are_left_of_them() -> None:
    room, news = MailRoom(), CASES["credits_expiring"].news
    assert room.tell(news) == "nothing", "they were used meanwhile"
    room.has(700, tape=(replace(LOT, end=700),))
    assert room.tell(news) == "sent"
    assert room.post.taken[0].written.subject.startswith("700 credits")


def test_mk_44_d34_a_mail_at_75_percent_and_one_at_90_however_often_the_stream_brings_them() -> None:
    """From the burns themselves: 100 credits, ten at a time, every event delivered three times."""
    world, room = World(75, 90), MailRoom()
    world.grant(100)
    for _ in range(10):
        world.burn(10)
        world.deliver()
        tell(room, world, times=3)
    assert room.kinds == ["credits_low", "credits_low", "credits_exhausted"]
    low, lower, _ = room.post.taken
    assert ["75%" in low.written.subject, "90%" in lower.written.subject] == [True, True]


def test_mk_44_d34_one_burn_through_several_levels_is_one_mail_about_the_highest() -> None:
    """Three events, for each level is a crossing; the reader learns nothing from the lower ones."""
    for burned, kind in ((95, "credits_low"), (100, "credits_exhausted")):
        world, room = World(75, 90), MailRoom()
        world.grant(100)
        world.burn(burned)
        world.deliver()
        tell(room, world)
        assert room.kinds == [kind]


def test_nothing_left_is_no_news_while_the_account_buys_by_itself() -> None:
    room = MailRoom()
    used_up = CASES["credits_exhausted"].news
    room.has(0)
    room.has(0, "data_transfer_mb")
    room.accounts.save(replace(room.account, auto=AutoRecord(enabled=True)))
    assert room.tell(used_up) == "nothing"
    assert (
        room.tell(replace(used_up, event_id="evt_2", detail={**used_up.detail, "unit": "data_transfer_mb"})) == "sent"
    )
    spent = AutoRecord(enabled=True, used=8, used_credits=80_000, period_start=room.clock.now())
    room.accounts.save(replace(room.account, auto=spent))
    assert room.tell(used_up) == "sent", "its cap is reached: nothing more is bought"


OFF = News(
    "endpoint.disabled", "evt_off", 0, "", {"endpoint_id": "end_1", "url": "https://x.example/", "reason": "failing"}
)


def test_an_endpoint_that_switched_itself_off_is_mailed_to_whom_it_names_once() -> None:
    room = MailRoom()
    room.endpoints.create(an_endpoint(email="ops@shop.example", state="disabled", failing_since=1), "whsec_AAAA")
    assert [room.tell(OFF), room.tell(OFF)] == ["sent", "over"]
    (mail,) = room.post.taken
    assert (mail.to, mail.kind, mail.stop_url) == ("ops@shop.example", "endpoint_disabled", None)
    assert "https://hooks.shop.example/lotbook" in mail.written.text
    assert mail.written.subject == "Shop no longer calls your endpoint"


def test_an_endpoint_that_names_nobody_is_gone_or_on_again_is_mailed_to_nobody() -> None:
    room = MailRoom()
    assert room.tell(OFF) == "nothing"
    room.endpoints.create(an_endpoint(state="disabled", failing_since=1), "whsec_AAAA")
    assert room.tell(OFF) == "nothing"
    room.endpoints.create(an_endpoint(email="ops@shop.example"), "whsec_AAAA")
    assert room.tell(OFF) == "nothing"
    assert room.post.taken == []


def test_an_event_that_comes_before_the_endpoint_is_off_comes_again() -> None:
    """It is published first: a worker that dies between the two says it again."""
    room = MailRoom()
    room.endpoints.create(an_endpoint(email="ops@shop.example", failing_since=1), "whsec_AAAA")
    with pytest.raises(Unavailable):
        room.tell(OFF)
