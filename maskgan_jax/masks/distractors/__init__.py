"""What hides a mouth and is no mask: beards, hands, scarves."""
