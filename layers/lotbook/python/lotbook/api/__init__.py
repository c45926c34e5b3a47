"""HTTP in and out: what a request may hold, what an answer holds, and the OpenAPI document made of both."""
