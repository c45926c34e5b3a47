"""Usage, and what is advised from it."""
