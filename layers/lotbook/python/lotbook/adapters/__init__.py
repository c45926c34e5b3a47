"""The ports kept with real things: AWS services, the machine, tokens. Here: those that need no room of their own."""
