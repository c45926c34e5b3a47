"""Refunds, disputes, the credits that follow them, and the evidence."""
