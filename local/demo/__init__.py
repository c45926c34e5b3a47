"""The tour that `make demo` plays, and the demo accounts."""
