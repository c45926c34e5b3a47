"""Lotbook: prepaid credits as lots in a book that every burn explains."""
