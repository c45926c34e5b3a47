"""The reports for finance: ledgers are read once, months are kept and closed, and a month is answered."""
