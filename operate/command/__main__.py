"""Starts `lotbook`."""

from __future__ import annotations

from operate.command.start import start

if __name__ == "__main__":
    start()
