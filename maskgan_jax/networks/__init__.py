"""The networks, their weights, and what use and training share."""
