"""Keep endpoints, copy events to them, and send what is due."""
