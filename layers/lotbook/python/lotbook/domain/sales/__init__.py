"""Quote, eligibility, offers, the purchase, its verdict, cards."""
