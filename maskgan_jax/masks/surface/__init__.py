"""The mask's shape on a head in three dimensions."""
