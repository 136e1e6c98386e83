"""A real AWS account with a fence round it: what a lab may touch there, how long, for how much, and what is left."""
