"""What finance books of credits: months of what was paid for them, earned by use, lost, given back and still owed. Pure."""
