"""The rules of fetching documents. Pure."""
