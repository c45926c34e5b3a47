"""The one table's layout. Nothing else writes a `pk` or `sk` by hand.

| item | pk | sk |
|---|---|---|
| account | `A#<account>` | `account` |
| purchase | `A#<account>` | `purchase#<purchase_id>` (ids sort by time) |
| directory: an account by the year in which it was opened | `E#<year>` | `<milliseconds>#<account>` |
| directory: a policy by the instant of its first version | `E#policies` | `<milliseconds>`, 15 digits, `#<policy>` |
| directory: by its address, and by its external id | `E#email#<digest>`, `E#external#<digest>` | the same, `account` |
| billing details | `A#<account>` | `billing` |
| what closing and erasing the account has still to do | `A#<account>` | `closing` |
| idempotency marker | `A#<account>` | `key#<space>#<fingerprint>` |
| idempotency marker of a hold's end | `I#<account>` | `key#hold#<fingerprint>` |
| book | `B#<account>#<unit>` | `book` |
| ledger: lot events of one account and unit | `L#<account>#<unit>` | `lot#<lot>...` |
| ledger: what died together at an instant | `L#<account>#<unit>` | `lot#@<milliseconds>#x#<seq>`, 15 digits |
| ledger: burns, decisions, returns (spread) | `U#<account>#<name>` | `use` |
| metadata of burns | `W#<account>` | `<name>#<digest>` |
| lots that the book has no room for, a page | `H#<account>#<unit>` | `shelf#<digest>` |
| statement of an account and unit | `S#<account>#<unit>` | `<seq>`, 12 digits |
| what was said about the levels of a unit | `N#<account>` | `latch#<unit>` |
| notice that a lot expires soon | `N#<account>` | `notice#<unit>#<lot>` |
| how far the audit has come: with an account, with a book | `V#<account>` | `account`, `unit#<unit>` |
| the rest of such a mark, where it passes an item | `V#<account>` | `<name>#<seal>#<number>` |
| reports: how far an account's ledger has been read | `F#read#<account>` | `tallies` |
| reports: an account's month | `F#<month>` (`2026-11`) | `<account>` |
| reports: what all accounts come to in a month | `F#sums` | `<month>` |
| reports: how far the round over all accounts, and the tie, have come | `F#round` | `place`, `tie` |
| reports: what all payments come to in a month | `F#tie` | `<month>` |
| reports: a month of a payment, of the books and of the gateway | `F#paid#<month>` | `<payment>#b#...`, `<payment>#g#<transaction>` |
| reports: a payment is ours | `F#sale#<payment>` | `sale` |
| history of automatic purchase: an event, and the latch of its cause | `A#<account>` | `auto#<event>` (ids sort by time), `autocause#<digest>` |
| who sends a mail, and whether it is sent | `M#<account>#<kind>#<cause>` | `mail` |
| what accounts use of a policy | `Q#<policy>` | `unit#<unit>`, `currency#<currency>` |
| policy | `P#<policy>` | `head`, `v#<000001>` |
| service key | `K#<hash>` | `key` |
| billing page: a link or a session | `T#<account>` | `link#<digest>`, `session#<digest>` |
| billing page: the round of the account's links and sessions | `T#<account>` | `round` |
| the key that cursors are signed with | `C#cursors` | `key` |
| reconciliation: a difference, found, repaired or open | `R#<day>` | `<kind>#<fingerprint>#<outcome>` |
| reconciliation: how far a run has come | `R#progress` | `<name>` |
| what a comparison has compared, a page an item | `R#seen#<name>#<start>` | `<phase>#<place>` |
| what a sweep could not do | `D#<kind>` | `<account>#<name>` |
| undelivered events that were followed | `D#followed` | `events` |
| endpoints of the seller | `Y#endpoints` | `<endpoint_id>` (ids sort by time) |
| what signs calls to an endpoint | `X#<endpoint>` | `secrets` |
| deliveries of events to an endpoint | `Z#<endpoint>` | `delivery#<delivery_id>` (ids sort by the event's time) |
| which calls to an endpoint are under way | `Z#<endpoint>` | `lane#<number>` |
| who has begun the next run of a sweep | `D#next` | `<work>#<period>#<number>` |
| money without a known purchase | `R#stray` | `<payment, session or event>` |
| a note about it | `R#stray#<payment, session or event>` | `<milliseconds>`, 15 digits |

IAM tells partitions apart, not sort keys: what a function writes that must not write accounts has a partition of its own (`I#`,
`N#`, decision 123). Those three kinds were once written under `A#<account>`; `before` is where they stand then.

Index `due` (sparse, keys only): `dp` (what and shard, for example `book#03`) and `du` (milliseconds): what a schedule looks at next.
A purchase that waits for nothing is in it as `made#<shard>` at the instant it was made: so a period's purchases are found
without a scan, and the index costs one write a purchase more than not to have it.
"""

from __future__ import annotations

from hashlib import sha256

DUE_INDEX = "due"
DUE_SHARDS = 8  # partitions of the due index per kind: bounds how hot one schedule's query can get


def account(account_id: str) -> dict[str, str]:
    """The account item."""
    return {"pk": f"A#{account_id}", "sk": "account"}


def purchase(account_id: str, purchase_id: str) -> dict[str, str]:
    """One purchase of the account."""
    return {"pk": f"A#{account_id}", "sk": f"purchase#{purchase_id}"}


def billing(account_id: str) -> dict[str, str]:
    """The account's billing details."""
    return {"pk": f"A#{account_id}", "sk": "billing"}


def closing(account_id: str) -> dict[str, str]:
    """What closing and erasing the account has still to do."""
    return {"pk": f"A#{account_id}", "sk": "closing"}


def directory(part: str, name: str) -> dict[str, str]:
    """An entry of the directory: an account by year, by address or by external id, or a policy."""
    return {"pk": f"E#{part}", "sk": name}


MARKERS = "key#"  # what the sort keys of idempotency markers begin with


def idempotency(account_id: str, space: str, fingerprint: str) -> dict[str, str]:
    """The marker of an idempotency key in its key space."""
    return {"pk": f"A#{account_id}", "sk": f"{MARKERS}{space}#{fingerprint}"}


def hold_marker(account_id: str, fingerprint: str) -> dict[str, str]:
    """The marker of the idempotency key that a hold was captured or released with."""
    return {"pk": f"I#{account_id}", "sk": f"{MARKERS}hold#{fingerprint}"}


def before(key: dict[str, str]) -> dict[str, str]:
    """Where an item of `I#` or `N#` stands that was written before these had partitions of their own."""
    return {**key, "pk": f"A#{key['pk'][2:]}"}


def policy_version(policy_id: str, version: int) -> dict[str, str]:
    """One immutable version of a policy."""
    return {"pk": f"P#{policy_id}", "sk": f"v#{version:06d}"}


def policy_head(policy_id: str) -> dict[str, str]:
    """The pointer to a policy's newest version."""
    return {"pk": f"P#{policy_id}", "sk": "head"}


def policy_use(policy_id: str, kind: str, name: str) -> dict[str, str]:
    """Something of the policy that an account uses."""
    return {"pk": f"Q#{policy_id}", "sk": f"{kind}#{name}"}


def service_key(key_hash: str) -> dict[str, str]:
    """A service key, found by its hash."""
    return {"pk": f"K#{key_hash}", "sk": "key"}


def portal_pass(account_id: str, kind: str, digest: str) -> dict[str, str]:
    """A link to the billing page, or a session of it."""
    return {"pk": f"T#{account_id}", "sk": f"{kind}#{digest}"}


def portal_round(account_id: str) -> dict[str, str]:
    """Which of the account's links and sessions have not been revoked."""
    return {"pk": f"T#{account_id}", "sk": "round"}


def cursor_key() -> dict[str, str]:
    """The key that cursors are signed with."""
    return {"pk": "C#cursors", "sk": "key"}


def book(account_id: str, unit: str) -> dict[str, str]:
    """The account's book of one unit."""
    return {"pk": f"B#{account_id}#{unit}", "sk": "book"}


def lot_ledger(account_id: str, unit: str, name: str) -> dict[str, str]:
    """An entry about a lot, or another of which an account has few: one partition, so that a lot's can be summed."""
    return {"pk": f"L#{account_id}#{unit}", "sk": name}


def spread_ledger(account_id: str, name: str) -> dict[str, str]:
    """An entry that a burn or a hold made: spread over partitions by its name, over all units."""
    return {"pk": f"U#{account_id}#{name}", "sk": "use"}


def note(account_id: str, name: str, digest: str) -> dict[str, str]:
    """Metadata of a burn, a note for each body that was sent under its name; one partition, so that an account's can be erased."""
    return {"pk": f"W#{account_id}", "sk": f"{name}#{digest}"}


def is_note_of_lines(sk: str) -> bool:
    """Whether a note under this sort key is lines of a batch: they have their name where others have a body's digest."""
    return "##" in sk


def old_note(account_id: str, name: str, digest: str) -> dict[str, str]:
    """Where metadata was kept before: beside the burn's entry."""
    return spread_ledger(account_id, name) | {"sk": f"meta#{digest}"}


def shelf(account_id: str, unit: str, name: str) -> dict[str, str]:
    """One page of lots that wait outside the book."""
    return {"pk": f"H#{account_id}#{unit}", "sk": name}


def statement(account_id: str, unit: str, seq: int) -> dict[str, str]:
    """One line of the filed statement, in the order of the ledger's numbers."""
    return {"pk": f"S#{account_id}#{unit}", "sk": f"{seq:012d}"}


def latch(account_id: str, unit: str) -> dict[str, str]:
    """What was said about the levels of the account's unit."""
    return {"pk": f"N#{account_id}", "sk": f"latch#{unit}"}


def auto_event(account_id: str, event_id: str) -> dict[str, str]:
    """One event of the account's automatic purchase."""
    return {"pk": f"A#{account_id}", "sk": f"auto#{event_id}"}


def auto_cause(account_id: str, cause: str) -> dict[str, str]:
    """What an event was told because of: it is told once."""
    return {"pk": f"A#{account_id}", "sk": f"autocause#{cause}"}


def notice(account_id: str, unit: str, lot_id: str) -> dict[str, str]:
    """A lot of which is to be said that it expires soon."""
    return {"pk": f"N#{account_id}", "sk": f"notice#{unit}#{lot_id}"}


def mail_latch(account_id: str, kind: str, cause: str) -> dict[str, str]:
    """Who sends one mail."""
    return {"pk": f"M#{account_id}#{kind}#{cause}", "sk": "mail"}


def endpoint(endpoint_id: str) -> dict[str, str]:
    """One endpoint of the seller: there are few, in one partition."""
    return {"pk": "Y#endpoints", "sk": endpoint_id}


def endpoint_secrets(endpoint_id: str) -> dict[str, str]:
    """What signs its calls: in a partition that only the relay may read."""
    return {"pk": f"X#{endpoint_id}", "sk": "secrets"}


def delivery(endpoint_id: str, delivery_id: str) -> dict[str, str]:
    """One event on its way to an endpoint."""
    return {"pk": f"Z#{endpoint_id}", "sk": f"delivery#{delivery_id}"}


def lane(endpoint_id: str, number: int) -> dict[str, str]:
    """Who calls the endpoint now: one of its lanes."""
    return {"pk": f"Z#{endpoint_id}", "sk": f"lane#{number}"}


def reconciliation_note(day: str, name: str) -> dict[str, str]:
    """One line of the reconciliation journal of a day (`2026-01-31`)."""
    return {"pk": f"R#{day}", "sk": name}


def reconciliation_progress(name: str) -> dict[str, str]:
    """How far a comparison has come."""
    return {"pk": "R#progress", "sk": name}


def reconciliation_seen(name: str, start: int, place: str) -> dict[str, str]:
    """What one page of a comparison has compared."""
    return {"pk": f"R#seen#{name}#{start}", "sk": place}


def stumble(kind: str, name: str) -> dict[str, str]:
    """Something that a sweep could not do. There are few: one partition a kind."""
    return {"pk": f"D#{kind}", "sk": name}


def followed_events() -> dict[str, str]:
    """The undelivered events that were followed."""
    return {"pk": "D#followed", "sk": "events"}


def next_run(name: str) -> dict[str, str]:
    """Who has begun the next run of a sweep."""
    return {"pk": "D#next", "sk": name}


def audit_mark(account_id: str, name: str) -> dict[str, str]:
    """How far the audit has come with something of the account."""
    return {"pk": f"V#{account_id}", "sk": name}


def report_tallies(account_id: str) -> dict[str, str]:
    """How far the reports have read the account's ledger."""
    return {"pk": f"F#read#{account_id}", "sk": "tallies"}


def report_month(month: str, account_id: str) -> dict[str, str]:
    """An account's month in the reports."""
    return {"pk": f"F#{month}", "sk": account_id}


def report_sums(month: str) -> dict[str, str]:
    """What all accounts come to in a month."""
    return {"pk": "F#sums", "sk": month}


def report_place(of: str = "place") -> dict[str, str]:
    """How far the reports' round over all accounts has come; `tie`: how far the tie to the gateway has."""
    return {"pk": "F#round", "sk": of}


def report_tie(month: str) -> dict[str, str]:
    """What all payments come to in a month."""
    return {"pk": "F#tie", "sk": month}


def report_paid(month: str, place: str) -> dict[str, str]:
    """A row of a payment in a month."""
    return {"pk": f"F#paid#{month}", "sk": place}


def report_sale(payment: str) -> dict[str, str]:
    """A payment that a sale was kept of."""
    return {"pk": f"F#sale#{payment}", "sk": "sale"}


def payment_of(pk: str) -> str:
    """The payment of such a key."""
    return pk.removeprefix("F#sale#")


def stray(name: str) -> dict[str, str]:
    """Money without a known purchase: few, so one partition."""
    return {"pk": "R#stray", "sk": name}


def stray_note(name: str, at: int) -> dict[str, str]:
    """A note about a stray, in the order of time."""
    return {"pk": f"R#stray#{name}", "sk": f"{at:015d}"}


def ledger_name(pk: str, sk: str) -> tuple[str, str] | None:
    """Account and name of a ledger entry's key; None for every other item."""
    account_id, _, rest = pk[2:].partition("#")
    if pk.startswith("L#"):
        return account_id, sk
    return (account_id, rest) if pk.startswith("U#") and sk == "use" else None


def is_purchase(pk: str, sk: str) -> bool:
    """Whether the key is a purchase's."""
    return pk.startswith("A#") and sk.startswith("purchase#")


def is_auto_event(pk: str, sk: str) -> bool:
    """Whether the key is an event's in the history of automatic purchase."""
    return pk.startswith("A#") and sk.startswith("auto#")


def is_account(pk: str, sk: str) -> bool:
    """Whether the key is an account's own item."""
    return pk.startswith("A#") and sk == "account"


def due_shard(kind: str, seed: str) -> str:
    """The due index's partition for an item of `kind`; the same seed always lands in the same shard."""
    return f"{kind}#{sha256(seed.encode()).digest()[0] % DUE_SHARDS:02d}"


def due_shards(kind: str) -> list[str]:
    """All partitions of the due index for a kind."""
    return [f"{kind}#{shard:02d}" for shard in range(DUE_SHARDS)]


def owner_and_name(pk: str, sk: str) -> tuple[str, str]:
    """Whose item a key of the due index is, and its name there: a book's unit, a purchase's id.

    Account ids hold no `#`, so the first one ends them.
    """
    account_id, _, rest = pk[2:].partition("#")
    return account_id, rest if rest else sk.partition("#")[2]
