"""The stores, in one DynamoDB table: keys, items, and writes whose conditions have names."""
