"""What needs no network: its scores stand beside every network's."""
