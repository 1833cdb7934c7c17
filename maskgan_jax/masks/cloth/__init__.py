"""What a mask is made of."""
