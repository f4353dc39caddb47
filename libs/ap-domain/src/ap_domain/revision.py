"""The revision of an invoice: a hash of what a coder or approver can change.

Left out is what Basware or we ourselves write while the invoice is transferred: its status, when it was
touched, the transfer batch, the answers given so far and what they left in the header (voucher numbers,
clearing, reversal), attachments, and the link and token of the image. A report of ours must not look like a
change by a coder.

The digest of content, in which the same rules say what is one and the same, leaves out nothing but the image token: it
tells two states of a document apart however Basware wrote them (a list may write them otherwise than a single answer).

Order does not count: neither of keys nor of rows (a row's place is its rowIndex, which is content). A field
that is absent, null or blank is one and the same, and so are 1160 and 1160.00.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from ap_domain.document_fault import DocumentFault

_LEFT_OUT = frozenset(
    {
        "processingStatus",
        "lastUpdated",
        "attachments",
        "invoiceImageURL",
        "invoiceImageToken",
        "prebooked",
        "voucherNumber1",
        "voucherNumber2",
        "paymentRevelsalDocument",
        "clearingReferenceId",
        "clearingCountry",
        "clearingDate",
        "enrichmentResponses",
        "prebookResponses",
        "transferResponses",
        "paymentResponses",
        "removeResponses",
    }
)
_IMAGE_TOKEN, _IMAGE_LINK = "invoiceImageToken", "invoiceImageURL"
_BATCH_ID = "InvoiceBatchId"
_UNORDERED = frozenset({"codingRows", "invoiceLines", "orderNumbers", "transferParameters"})


def revision(document: Mapping[str, object]) -> str:
    """SHA-256 in hex of the changeable content of a document parsed with `parse_float=Decimal`.

    Raises DocumentFault for one that is nested too deeply to be read.
    """
    content = {name: value for name, value in document.items() if name not in _LEFT_OUT}
    parameters = content.get("transferParameters")
    if isinstance(parameters, list):
        content["transferParameters"] = [entry for entry in parameters if not _is_batch_id(entry)]
    return _digest(content)


def content_digest(document: Mapping[str, object]) -> str:
    """SHA-256 in hex of the whole content but for the image token (also in the image's link), which may be another
    one each time it is asked for. Raises DocumentFault as `revision` does.
    """
    token, link = document.get(_IMAGE_TOKEN), document.get(_IMAGE_LINK)
    left_out = {_IMAGE_TOKEN}
    if isinstance(token, str) and token and isinstance(link, str) and token in link:
        left_out.add(_IMAGE_LINK)
    return _digest({name: value for name, value in document.items() if name not in left_out})


def batch_id(document: Mapping[str, object]) -> str | None:
    """Basware's id of the transfer batch that offers the document; it differs for each transfer. None without one."""
    parameters = document.get("transferParameters")
    if not isinstance(parameters, list):
        return None
    for entry in parameters:
        if isinstance(entry, dict) and _is_batch_id(entry):
            value = entry.get("value")
            written = str(value).strip() if isinstance(value, str | int) else ""
            if written:
                return written
    return None


def _is_batch_id(entry: object) -> bool:
    return isinstance(entry, dict) and entry.get("key") == _BATCH_ID


def _digest(content: Mapping[str, object]) -> str:
    try:
        text = _canonical(content)
    except RecursionError as error:
        raise DocumentFault(field="document", value="", rule="it is nested too deeply to be read") from error
    return hashlib.sha256((text or "{}").encode()).hexdigest()


def _canonical(value: object, *, unordered: bool = False) -> str | None:
    """Canonical text, or None for what counts as absent."""
    if value is None or value == "":
        return None
    if isinstance(value, dict):
        parts = ((name, _canonical(inner, unordered=name in _UNORDERED)) for name, inner in value.items())
        present = sorted(f"{json.dumps(name)}:{text}" for name, text in parts if text is not None)
        return "{" + ",".join(present) + "}" if present else None
    if isinstance(value, list):
        items = [text if text is not None else "null" for text in map(_canonical, value)]
        if unordered:
            items = sorted(item for item in items if item != "null")
        return "[" + ",".join(items) + "]" if items else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number(value)
    return json.dumps(value)


def _number(value: int | Decimal) -> str:
    """One text for equal numbers, without ever writing out a huge exponent."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        return str(value)
    significant = "".join(map(str, digits)).lstrip("0")
    stripped = significant.rstrip("0")
    if not stripped:
        return "0"
    return f"{'-' if sign else ''}{stripped}e{exponent + len(significant) - len(stripped)}"
