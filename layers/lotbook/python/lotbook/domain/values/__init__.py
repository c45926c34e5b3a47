"""Ids, instants, calendar, money, errors, who calls: what every rule is made of."""
