"""The rules of one document's fetches, without any I/O."""
