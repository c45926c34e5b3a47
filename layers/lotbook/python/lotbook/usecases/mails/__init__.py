"""Send the mail of an event once, and stop mails: by choice, or because an address takes none."""
