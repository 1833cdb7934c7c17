"""Writes the networks for other programs, and verifies what it wrote."""
