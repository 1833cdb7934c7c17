"""Photos of people who really wear masks."""
