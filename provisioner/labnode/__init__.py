"""The default engine: a Kubernetes node in a cell."""
