"""Taller: from a posting to graded, removed labs."""
