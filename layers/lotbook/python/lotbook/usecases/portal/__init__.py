"""The billing page: letting a person in by a link, and what each page is made of."""
