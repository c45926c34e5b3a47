"""How long a test waits for what must come. Nothing is said by it of how fast that is: a busy machine is slow."""

SECONDS = 120
