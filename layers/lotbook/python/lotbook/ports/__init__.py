"""What the use cases need from outside, as protocols: a file for each subject. Adapters implement them; `wiring.py` picks the adapters."""
