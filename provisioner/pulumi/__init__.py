"""A lab as a Pulumi stack: the provider `taller` in plain Python, and a three-verb wrapper around the Pulumi CLI."""
