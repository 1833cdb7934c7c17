"""Scores trained networks on people they never saw."""
