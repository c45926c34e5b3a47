"""The billing page's own half of HTTP: routes, the door with its sessions and headers, and what each page shows."""
