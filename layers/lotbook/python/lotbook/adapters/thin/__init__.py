"""A client of DynamoDB from the standard library alone: it asks and answers what botocore's does (decisions/0173)."""
