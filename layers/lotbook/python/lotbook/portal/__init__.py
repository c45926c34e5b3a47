"""The billing page's handlers: what was asked, one use case, what is shown. `functions/portal` binds them to addresses."""
