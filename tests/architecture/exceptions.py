"""What the rules of `test_sizes.py` let pass, and why. Each list only shrinks: a new line needs a reason that a reviewer accepts."""

from __future__ import annotations

FIELDS = "one value written out, a field a line"
TABLE = "a table of declarations, found by name, not read through"
BURN = "the one write of the hot path: whose book, under which name, what it takes and what it takes out"
STORY = "one story with its assertions between the steps, read from the top"

THE_ANSWERS_TIME = "each round waits for bytes, of which MAX_BODY_BYTES and the time for a whole answer are the most"

# Functions of more than 30 lines: `file function`.
LONG_FUNCTIONS: dict[str, str] = {
    "lotbook/adapters/dynamo/book_items.py book_of": FIELDS,
    "lotbook/api/answers/render.py account": FIELDS,
    "lotbook/api/answers/render_evidence.py evidence": FIELDS,
    "lotbook/usecases/sales/freeze_order.py frozen_order": FIELDS,
}
# Functions of tests of more than 40 lines.
LONG_TESTS: dict[str, str] = {
    "tests/contracts/test_stand_in_objects.py _tell": STORY,
    "tests/local/cloud/test_gateway.py test_the_event_has_the_documented_shape": "a documented event, field by field",
    "tests/race/test_batch_races.py test_d17_d18_captures_against_releases_close_each_hold_once": STORY,
    "tests/usecases/credits/test_shelf.py test_random_histories_over_a_tiny_book_add_up": STORY,
    "tests/scenarios/test_money_back.py test_np_20_to_np_34_the_buyers_story_of_9pic": STORY,
    "tests/scenarios/test_plans.py "
    "test_np_13_np_54_np_45_np_53_pro_and_credits_in_one_order_and_back_when_the_money_goes_back": STORY,
}
# Files of the product of more than 250 lines; more than 400 has nobody.
LONG_FILES: dict[str, str] = {
    "lotbook/adapters/dynamo/books.py": "every write of a book and its named conditions: guards that are read together",
    "lotbook/adapters/dynamo/keys.py": TABLE,
    "lotbook/api/answers/shapes.py": TABLE,
    "lotbook/api/http/routes.py": TABLE,
    "lotbook/api/requests/schemas.py": TABLE,
    "lotbook/domain/credits/turn.py": "all that one turn does to a book, in the order in which it does it: read as a whole",
    "lotbook/domain/news/announcements.py": TABLE,
    "lotbook/domain/reconciliation/differences.py": TABLE,
    "lotbook/domain/sales/purchase.py": "a purchase's fields with what each means, and how its states follow each other",
    "lotbook/domain/values/errors.py": TABLE,
    "lotbook/wiring.py": "the composition root: one function of a few lines for each adapter",
}
# Files of tests of more than 400 lines.
LONG_TEST_FILES: dict[str, str] = {}
# Public functions with more than 5 parameters, or more than 4 positional ones.
WIDE_FUNCTIONS: dict[str, str] = {
    "lotbook/adapters/dynamo/books.py burn": BURN,
    "lotbook/adapters/dry.py burn": BURN,
    "lotbook/ports/books.py burn": BURN,
}
# Loops whose bound is not at their head: by file.
ENDLESS: dict[str, str] = {}
# What ends each `while` of deployed code: `file while condition`.
WHILES: dict[str, str] = {
    "lotbook/adapters/thin/connection.py while self._receive()": THE_ANSWERS_TIME,
    "lotbook/adapters/thin/connection.py while "
    "(size := _size(self._taken_until(LINE, MAX_CHUNK_LINE).partition(b';')[0].decode('ascii'), 16))": THE_ANSWERS_TIME,
    "lotbook/adapters/thin/connection.py while self._taken_until(LINE, MAX_HEAD_BYTES)": THE_ANSWERS_TIME,
    "lotbook/adapters/thin/connection.py while (at := self._data.find(end)) < 0": "its most bytes, and the answer's time",
    "lotbook/adapters/thin/connection.py while len(self._data) < size": THE_ANSWERS_TIME,
    "lotbook/adapters/thin/pool.py while (kept := self._next()) is not None": "each round takes one of at most MAX_WAITING",
    "lotbook/domain/audit/replay.py while link.seq > end.seq": "the number of the link falls by one each time",
    "lotbook/usecases/audit/chain.py while link.seq > since.at.seq": "the number of the link falls each time, and MAX_WALK ends it",
    "lotbook/api/http/body.py while level": "each round is a level deeper, and MAX_DEPTH refuses",
    "lotbook/domain/credits/shelf.py while count < min(len(tape), WIDEST_BURN)"
    " and (count == 0 or tape[count - 1].end - laid.position < need)": "WIDEST_BURN",
    "lotbook/domain/reports/amounts.py while waiting": "each round takes one lot out at least",
    "lotbook/domain/reports/months.py while month <= last and len(found) < MAX_MONTHS": "MAX_MONTHS",
    "lotbook/domain/reports/sales.py while len(begins) < MAX_MONTHS"
    " and (following := add_months(start, step * len(begins))) < end": "MAX_MONTHS",
    "lotbook/domain/reports/tally.py while entry.seq > closed.get(month, entry.seq)": "each month is later, and closed ones are few",
    "lotbook/usecases/reports/read_ledger.py while link is not None and self.tally.at.seq < link.seq"
    " and (len(lines) < MAX_HOLE)": "MAX_HOLE",
    "lotbook/domain/values/calendar.py while add_months(anchor, guess * months, zone) > at": "off by one at most",
    "lotbook/domain/values/calendar.py while add_months(anchor, (guess + 1) * months, zone) <= at": "off by one at most",
    "lotbook/usecases/credits/consume_batch.py while numbers and self.paused is None": "each round settles one item or more, or counts to MAX_TRIES_TOGETHER",
    "lotbook/adapters/caller.py while rest": "each round sends some of it, and the deadline ends it",
    "lotbook/adapters/caller.py while HEAD_END not in read": "MAX_HEAD_BYTES, and the deadline",
    "lotbook/usecases/sweeping.py while under_way": "each round takes a batch of each kind, of which a run has a bounded number",
}
# Digests of a value's looks: `file function`.
DIGESTS: dict[str, str] = {
    "lotbook/domain/credits/shelf.py _page": "a page's name is its content; written by another version it is another page",
    "lotbook/domain/sales/order_digests.py old_digest_of": "as it was written once: kept keys hold it, none is written any more",
}
PUBLISHED = (
    "both stand in the contract: a request by this name, and a part of a policy, which OpenAPI calls `Policy...`"
)
# Class names that stand twice in one program: by program.
SAME_NAMES: dict[str, dict[str, str]] = {
    "deployed": {"Consent": PUBLISHED, "PlanChange": PUBLISHED, "TopUp": PUBLISHED},
}
