"""One training step, from batch to new state."""
