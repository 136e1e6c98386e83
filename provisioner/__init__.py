"""Everything that changes a host or a cluster."""
