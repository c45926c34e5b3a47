"""The ledger against books, lots and purchases."""
