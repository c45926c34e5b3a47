"""Lots, the book, the ledger, burns, holds and everything that is done to a lot."""
