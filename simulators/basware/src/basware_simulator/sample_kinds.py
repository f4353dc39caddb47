"""Samples of every kind: what approved invoices look like beside the plain one of `samples`."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .decimal_json import dumps
from .document_model import ACCOUNTING_DOCUMENT
from .schema import Choice, Flag, Kind, Listing, Moment, Number, Shape, Text

Document = dict[str, Any]

_SUMS = ("netSum", "grossSum", "taxSum1", "taxSum2")
_ROW_SUMS = ("netTotal", "grossTotal", "taxSum")
_HOME_TWINS = {"netSum": "netSumCompany", "grossSum": "grossSumCompany", "taxSum1": "taxSum1Company"}
_CENT = Decimal("0.01")
_LONGEST_TEXT = 40


def credit_note(document: Document) -> Document:
    """Negative sums and a type of its own; how Basware marks one is the customer's configuration."""
    company = {name: -document[name] for name in _HOME_TWINS.values()}
    rows = [row | {name: -row[name] for name in _ROW_SUMS} for row in document["codingRows"]]
    sums = {name: -document[name] for name in _SUMS}
    return document | sums | company | {"invoiceTypeCode": "CR", "codingRows": rows}


def purchase_order(document: Document) -> Document:
    """Rows matched to lines of one order, with receipts, quantities and prices that give the row's net."""
    order = f"PO{document['invoiceId'][:8]}"
    rows = [
        row
        | {
            "orderNumber": order,
            "orderLineNumber": str(row["rowIndex"]),
            "goodsReceiptNumber": f"GR{row['externalCode'][:8]}",
            "goodsReceiptItemNumber": "1",
            "matchedQuantity": Decimal(1),
            "orderedQuantity": Decimal(1),
            "orderedNetPrice": row["netTotal"],
            "matchedNetSum": row["netTotal"],
            "orderLineUOM": "EA",
        }
        for row in document["codingRows"]
    ]
    return document | {"invoiceTypeCode": "PO", "orderNumbers": [order], "codingRows": rows}


def foreign_currency(document: Document) -> Document:
    """The company's books are in another currency: euro, or US dollars for an invoice in euro."""
    rate, home = Decimal("1.0875"), "USD" if document["currencyCode"] == "EUR" else "EUR"
    twins = {twin: _converted(document[name], rate) for name, twin in _HOME_TWINS.items()}
    rows = [
        row | {f"{name}Company": _converted(row[name], rate) for name in _ROW_SUMS}
        for row in document["codingRows"]
    ]
    more = {
        "currencyCodeCompany": home,
        "exchangeRateCompany": rate,
        "exchangeRateBaseDate": document["invoiceDate"],
        "codingRows": rows,
    }
    return document | twins | more


def without_number(document: Document) -> Document:
    """An invoice whose number nobody entered: the schema does not require one."""
    return {name: value for name, value in document.items() if name != "invoiceNumber"}


def required_only(document: Document) -> Document:
    """Nothing but what the schema requires; the status is set when it is approved."""
    return {name: document[name] for name in sorted(ACCOUNTING_DOCUMENT.required) if name in document}


def every_field(document: Document) -> Document:
    """Every field of the published schema has a value; those of the plain sample keep theirs."""
    whole: Document = _value(ACCOUNTING_DOCUMENT, document["invoiceDate"])
    row = whole["codingRows"][0]
    filled = whole | document
    filled["codingRows"] = [row | own for own in document["codingRows"]]
    return filled


def zero_value(document: Document) -> Document:
    """Everything about it adds up to nothing."""
    nothing = Decimal("0.00")
    rows = [row | dict.fromkeys(_ROW_SUMS, nothing) for row in document["codingRows"]]
    sums = dict.fromkeys((*_SUMS, *_HOME_TWINS.values()), nothing)
    return document | sums | {"codingRows": rows}


KINDS: dict[str, Callable[[Document], Document]] = {
    "plain": lambda document: document,
    "credit_note": credit_note,
    "purchase_order": purchase_order,
    "foreign_currency": foreign_currency,
    "without_number": without_number,
    "required_only": required_only,
    "every_field": every_field,
    "zero_value": zero_value,
}


def padded(document: Document, size: int) -> Document:
    """The document grown to at least `size` bytes by supplier's lines, which carry no posting."""
    line = {f"text{number}": "x" * 250 for number in range(1, 11)}
    missing = size - len(dumps(document))
    lines = [*(document.get("invoiceLines") or ()), *[line] * (missing // len(dumps(line)) + 1)]
    return document | {"invoiceLines": lines} if missing > 0 else document


def _converted(amount: Decimal, rate: Decimal) -> Decimal:
    return (amount * rate).quantize(_CENT, rounding=ROUND_HALF_UP)


def _value(kind: Kind, day: str) -> Any:
    match kind:
        case Text(shortest=shortest, longest=longest):
            return "T" * max(shortest, min(longest or _LONGEST_TEXT, _LONGEST_TEXT) // 2, 1)
        case Number(whole=whole):
            return 1 if whole else Decimal("1.25")
        case Flag():
            return False
        case Moment():
            return day
        case Choice(words=words):
            return min(words)
        case Listing(of=inner):
            return [_value(inner, day)]
        case Shape(fields=fields):
            return {name: _value(inner, day) for name, inner in fields.items()}
        case _:
            raise TypeError(f"no sample of {type(kind).__name__}")
