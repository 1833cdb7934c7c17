"""Light, shadow, and what lies over a mask."""
