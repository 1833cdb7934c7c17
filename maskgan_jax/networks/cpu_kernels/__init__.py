"""Convolutions in the forms that XLA runs fast on CPUs."""
