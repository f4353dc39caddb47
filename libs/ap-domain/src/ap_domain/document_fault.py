"""What is wrong with a document that Basware sent."""

from decimal import Decimal

from ap_domain.bank_details import masked


class DocumentFault(ValueError):
    """A field that is needed is missing or unusable.

    `field` is the path as Basware writes it (`codingRows[0].netTotal`), `value` a bounded excerpt of what
    was there (of bank details the last characters). The invoice, not the flow, is at fault: it parks or goes
    back to Basware, others go on.
    """

    def __init__(self, *, field: str, value: object, rule: str, invoice_id: str | None = None) -> None:
        self.field = field
        self.value = _excerpt(value, field)
        self.rule = rule
        self.invoice_id = invoice_id
        where = f"invoice {invoice_id}: " if invoice_id else ""
        super().__init__(f"{where}{field} is {self.value}: {rule}")


def _excerpt(value: object, field: str) -> str:
    if value is None:
        return "missing"
    if isinstance(value, dict | list):
        return f"a {'JSON object' if isinstance(value, dict) else 'JSON array'} of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 500:
        return "a number of very many digits"
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        text = masked(str(value), field)
        text = repr(text) if isinstance(value, str) else text
    else:
        text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
