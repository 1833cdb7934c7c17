"""Experiments on the project itself; run from a checkout."""
