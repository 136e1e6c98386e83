"""A Kubernetes API server behind our ports: reading, applying, probing, the candidate's access."""
