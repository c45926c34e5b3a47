"""Opening, reading and renewing an account; its policy; who calls."""
