"""Who looks at the billing page: links that are opened once, sessions, and the token of their forms."""
