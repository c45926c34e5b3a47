"""`make demo`: the tour. Every figure that the product answers is compared with what the vendor's rule says.

Starts a local run of its own in a temporary directory; `--data-dir DIR` plays against the run that keeps its data there
(its clock is moved forward by some years). Exits with 1 at the first difference, and names it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.demo.demo_automatic import AUTOMATIC
from local.demo.demo_shop import DemoFailed, Shop, own_run, running_shop
from local.demo.demo_tour import Difference
from local.demo.demo_upgrades import UPGRADES
from local.demo.demo_vendors import TOURS


def play(shop: Shop) -> None:
    """All five tours, one upgrade of each vendor, then an automatic purchase. Raises Difference, DemoFailed."""
    shop.set_clock(shop.now())  # stand still, so that every instant of the tour can be named
    for tour in (*TOURS, *UPGRADES, *AUTOMATIC):
        tour(shop)
    shop.set_clock(shop.now(), frozen=False)


def main() -> int:
    """Answers the exit code."""
    arguments = argparse.ArgumentParser(prog="local.demo.demo", description=__doc__)
    arguments.add_argument("--data-dir", type=Path, help="play against the run that keeps its data here")
    directory: Path | None = arguments.parse_args().data_dir
    try:
        if directory is not None:
            play(running_shop(directory))
        else:
            print("starting a local run for the tour ...", flush=True)
            with own_run() as shop:
                play(shop)
    except Difference as difference:
        print(f"\nDIFFERENCE: {difference}", file=sys.stderr)
        return 1
    except DemoFailed as failure:
        print(f"\nThe tour stopped: {failure}", file=sys.stderr)
        return 1
    print("\nEvery figure is what its rule says.")
    return 0
