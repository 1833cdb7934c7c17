"""The steps from a photo to examples."""
