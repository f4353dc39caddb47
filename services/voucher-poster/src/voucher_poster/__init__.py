"""Takes an invoice from document to confirmed voucher: acknowledge, post, report, confirm."""
