"""Closing an account, what that ends at the gateway, and erasing who it belonged to."""
