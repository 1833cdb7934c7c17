"""Takes masks off a photo, a folder, a film."""
