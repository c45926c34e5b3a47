"""Automatic purchase: the claim that comes before any charge, the work behind the queue, the switch, and what is told of it."""
