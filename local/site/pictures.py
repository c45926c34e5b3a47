"""What the drawings of docs/concepts.md show. `python -m local.generate drawings` writes them."""

from __future__ import annotations

from local.site.drawings import Arrow, Box, Drawing, TextLine

LOTS = Drawing(
    "A book: lots in burn order, and a burn of 12 that takes from the first two",
    (680, 210),
    (
        TextLine((20, 26), "the book of one account and unit, in burn order"),
        Box((20, 40), 140, ("free", "10", "ends 1 Feb"), "free"),
        Box((180, 40), 140, ("promotional", "5", "ends 1 Mar"), "given"),
        Box((340, 40), 140, ("plan", "30", "ends 15 Feb"), "plan"),
        Box((500, 40), 140, ("purchased", "100", "ends in a year"), "bought"),
        Arrow(((90, 160), (90, 115)), "10", (106, 142)),
        Arrow(((250, 160), (250, 115)), "2", (264, 142)),
        Box((20, 162), 300, ("a burn of 12: draws 10 and 2",)),
        TextLine((340, 190), "kind first, then the soonest end, then the oldest"),
    ),
)
BURN = Drawing(
    "A burn: one write of the book, one write of the ledger",
    (680, 250),
    (
        Box((20, 20), 150, ("POST .../consume", "key, credits")),
        Arrow(((170, 45), (250, 45)), "1", (210, 38)),
        Box((252, 20), 190, ("the book", "moves, keeps a receipt"), "plan"),
        TextLine((460, 42), "a conditional write:"),
        TextLine((460, 60), "the credits are taken"),
        Arrow(((95, 76), (95, 148), (250, 148)), "2", (170, 141)),
        Box((252, 120), 190, ("the ledger", "has an entry by the key"), "bought"),
        TextLine((460, 142), "a put if absent:"),
        TextLine((460, 160), "the key is spent, for ever"),
        Arrow(((347, 76), (347, 118))),
        TextLine((360, 101), "the next caller files what is missing"),
        TextLine((20, 206), "A crash after 1: the receipt tells what was taken, and any later call files it."),
        TextLine((20, 228), "The same key again: the ledger answers what it answered before, and nothing burns."),
    ),
)
HOLD = Drawing(
    "A hold ends once: captured, released, or lapsed",
    (680, 210),
    (
        Box((20, 80), 130, ("available", "100"), "free"),
        Arrow(((150, 103), (240, 103)), "hold 40", (195, 96)),
        Box((242, 80), 130, ("held", "40"), "plan"),
        Arrow(((372, 95), (470, 42)), "capture 30", (400, 48)),
        Arrow(((372, 103), (470, 103)), "release", (418, 98)),
        Arrow(((372, 111), (470, 166)), "its time is over", (392, 160)),
        Box((472, 20), 188, ("captured", "30 burned, 10 go back"), "bought"),
        Box((472, 80), 188, ("released", "40 go back"), "free"),
        Box((472, 140), 188, ("lapsed", "40 go back"), "gone"),
    ),
)
PURCHASE = Drawing(
    "The states of a purchase",
    (680, 270),
    (
        Box((20, 30), 130, ("pending", "page is open")),
        Box((230, 30), 130, ("processing", "bank takes time")),
        Box((450, 30), 190, ("completed", "the credits are there"), "free"),
        Box((20, 150), 130, ("abandoned", "page closed")),
        Box((230, 150), 130, ("failed", "not paid"), "gone"),
        Box((450, 140), 190, ("disputed", "credits are frozen"), "gone"),
        Box((450, 215), 190, ("refunded, or in part",), "given"),
        Arrow(((150, 60), (228, 60))),
        Arrow(((360, 60), (448, 60)), "paid", (404, 52)),
        Arrow(((85, 30), (85, 12), (545, 12), (545, 28)), "paid at once", (300, 25)),
        Arrow(((85, 87), (85, 148))),
        Arrow(((295, 87), (295, 148))),
        Arrow(((85, 206), (85, 232), (405, 232), (405, 75), (448, 75)), "paid late: credits all the same", (245, 225)),
        Arrow(((520, 87), (520, 138))),
        Arrow(((570, 138), (570, 89)), "won", (588, 118)),
        Arrow(((640, 62), (665, 62), (665, 238), (642, 238)), "money back", (600, 209)),
    ),
)
PERIODS = Drawing(
    "An annual plan: one billing period, twelve credit periods",
    (680, 190),
    (
        Box((20, 20), 620, ("billing period: one payment, a year",), "bought"),
        Box((20, 82), 150, ("credit period", "10,000, then gone"), "plan"),
        Box((176, 82), 150, ("credit period", "10,000 anew"), "plan"),
        Box((332, 82), 150, ("credit period", "10,000 anew"), "plan"),
        TextLine((500, 112), "... twelve of them"),
        Arrow(((20, 160), (660, 160))),
        TextLine((20, 180), "anchor, 31 January"),
        TextLine((176, 180), "28 February"),
        TextLine((332, 180), "31 March"),
    ),
)
DRAWINGS = {"lots": LOTS, "burn": BURN, "hold": HOLD, "purchase": PURCHASE, "periods": PERIODS}
