"""Events to the seller's own endpoints: which there are, where they may be, how a call is signed, and when it is tried again."""
