"""Checks, verdicts, score, report; never changes what it grades."""
