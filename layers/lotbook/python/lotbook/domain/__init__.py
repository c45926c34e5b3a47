"""The rules, pure: values in, values out; no clock, no store, standard library only."""
