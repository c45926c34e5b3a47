"""Events, levels, notices, the feed of the statement."""
