"""Quotes, purchases from creation to fulfilment, plans bought, cards, invoices."""
