"""What clients/python and clients/typescript have from the OpenAPI document: their types, calls and errors as source text."""
