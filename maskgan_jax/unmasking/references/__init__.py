"""Other photos of the people on a masked photo, and what is taken from them."""
