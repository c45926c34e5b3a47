"""What the OpenAPI document says beyond the routes: names, subjects, schemas, examples."""
