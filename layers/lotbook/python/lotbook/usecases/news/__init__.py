"""Events to the bus, levels reached, credits that expire soon."""
