"""Which mail an event sends, what it says, and who of many workers sends it."""
