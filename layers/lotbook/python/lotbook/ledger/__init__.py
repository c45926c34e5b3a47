"""Handlers of what explains an account's credits: entries, holds and lots, and the void of a lot. `functions/account` binds them."""
