"""Pictures of every page of the billing page, and the accounts that stand in them."""
