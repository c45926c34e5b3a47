"""HTTP itself: routes, bodies, problems, identity, paging, metrics."""
