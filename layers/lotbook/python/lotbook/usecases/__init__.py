"""What a caller, a schedule or the gateway can have done: load, decide in the domain, commit. Here: what all sweeps share."""
