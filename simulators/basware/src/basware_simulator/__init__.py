"""A strict and nasty stand-in for Basware's API."""
