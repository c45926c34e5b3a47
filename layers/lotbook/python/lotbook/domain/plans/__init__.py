"""Plans that follow each other: which kind of change it is, what becomes of unused credits, and the money they are worth."""
