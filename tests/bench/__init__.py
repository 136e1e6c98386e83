"""Benchmarks: run on the real thing, by hand (`make bench`); never part of the tests."""
