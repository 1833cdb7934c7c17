"""Draws realistic face masks on faces with 468-point landmarks."""
