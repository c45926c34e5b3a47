"""The policy document: plans, top-ups, their checks, how it is kept."""
