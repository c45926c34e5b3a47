"""One module per resource of Stripe's API: how its objects look and what its operations do."""
