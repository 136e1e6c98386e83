"""Pinned tools: found, fetched or built."""
