"""What an answer holds, and how a value is written into it."""
