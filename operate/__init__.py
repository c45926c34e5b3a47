"""Commands for deployments: service keys, strays."""
