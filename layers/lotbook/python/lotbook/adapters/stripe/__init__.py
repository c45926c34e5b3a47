"""The gateway at Stripe: requests, facts read back, events and their signatures."""
