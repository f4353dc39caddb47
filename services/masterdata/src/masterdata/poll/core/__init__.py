"""What makes a difference, and when too many are suspicious. Pure."""
