"""The machine's stand-in for AWS: gateway, functions, permissions, schedules, streams, from `template.yaml`."""
