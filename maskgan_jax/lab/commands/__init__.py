"""Commands of the lab; run from a checkout."""
