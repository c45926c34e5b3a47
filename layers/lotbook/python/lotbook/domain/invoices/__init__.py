"""Billing details and tax ids."""
