"""Everything that is done to a lot: burn, hold, grant, take back, expire; the balance and the statement."""
