"""How the landmarker is trained."""
