"""Which guard of the books in memory stands for which conditions of the table."""

from __future__ import annotations

# The fake's guard -> the conditions that it stands for.
STANDS_FOR = {
    "enough_left": ["books.burn.ENOUGH_LEFT", "books.burn_many.ENOUGH_LEFT"],
    "since": [f"books.{method}.NOT_BEFORE_THE_LAST_TURN" for method in ("burn", "burn_many", "resolve")],
    "until": [f"books.{method}.NOT_PAST_ITS_HORIZON" for method in ("burn", "burn_many", "resolve")],
    "not_paused": ["books.burn.NOT_PAUSED", "books.burn_many.NOT_PAUSED"],
    "receipt_absent": [f"books.{method}.NOT_BURNED_YET" for method in ("burn", "burn_many", "resolve")],
    "not_held": ["books.burn.NOT_HELD", "books.burn_many.NOT_HELD"],
    "hold_room": ["books.burn.ROOM_FOR_A_HOLD"],
    "room": ["books.burn.ROOM_FOR_A_RECEIPT", "books.burn_many.ROOM_FOR_THEM_ALL", "books.resolve.ROOM_FOR_A_RECEIPT"],
    "prune": ["books.burn.PRUNED_RECEIPT_IS_THE_SAME", "books.prune.PRUNED_RECEIPT_IS_THE_SAME"],
    "hold_open": ["books.resolve.HOLD_IS_OPEN"],
    "order_absent": ["books.ask.NOT_WAITING_YET"],
    "order_room": ["books.ask.ROOM_FOR_AN_ORDER"],
    "order_period": ["books.ask.NOT_PAST_ITS_PERIOD"],
    "swap_version": ["books.swap.NO_ORDER_SINCE"],
    "swap_burns": ["books.swap.NO_BURN_SINCE"],
    "mark_version": ["books.mark.NEWER_THAN_THE_LAST_MARK"],
    "pause_version": ["books.pause.NEWER_THAN_THE_LAST_PAUSE"],
    "put_if_absent": ["books._put.NOT_YET_WRITTEN"],
    "note_once": ["books.note_metadata.NEW_OR_DROPPED"],
}
NO_CONDITION = {"ask_version"}  # what an order writes, not what it demands
NEED_NO_GUARD = {
    f"books.{method}.IS_THERE" for method in ("prune", "ask", "tidy", "hold_done")
}  # no book: nothing to do
ONE_FORMAT = {
    "books._write.NOT_NEWER",
    "books.forget_note.NOT_NEWER",
}  # no older or newer release ever writes into the fake
