"""The rules of an invoice from document to confirmed voucher. Pure."""
