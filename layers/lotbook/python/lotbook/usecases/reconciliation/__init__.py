"""The gateway against purchases and lots; strays."""
