"""What the gateway tells us, by webhook or by our own look."""
