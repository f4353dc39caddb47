"""What we send and what we simulate, against the vendors' own descriptions."""
