"""Refunds and disputes followed into credits; the evidence for a bank."""
