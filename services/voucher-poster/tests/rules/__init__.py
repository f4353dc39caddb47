"""The rules of an invoice, without any I/O."""
