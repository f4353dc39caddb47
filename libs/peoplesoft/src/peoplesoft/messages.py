"""Building create, find and get messages: schema order, and every limit checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from peoplesoft.errors import InvalidMessage
from peoplesoft.shape import CollectionShape, OperationShape, PropertyShape
from peoplesoft.soap import envelope
from peoplesoft.values import DateFormat, Row, Value, ValueRefused, to_wire


def build_message(
    operation: OperationShape, properties: Row, *, date_format: DateFormat = DateFormat.ISO, record: str = ""
) -> bytes:
    """The SOAP envelope of one call, without a security header; equal input gives equal bytes.

    Raises InvalidMessage naming the property (with its row, "VOUCHER_LINE[2]/DESCR"), the value's length
    and the limit.
    """
    shape = operation.request
    body = etree.Element(_tag(shape), nsmap={"m": shape.namespace} if shape.namespace else {})
    try:
        _fill(body, shape, properties, date_format=date_format, path="")
    except _Misfit as misfit:
        raise InvalidMessage(
            f"{misfit.path}: {misfit}", property_path=misfit.path, operation=operation.name, record=record
        ) from misfit
    return envelope(body)


class _Misfit(ValueError):
    def __init__(self, why: str, *, path: str) -> None:
        super().__init__(why)
        self.path = path


def _fill(
    element: etree._Element, shape: CollectionShape, row: Row, *, date_format: DateFormat, path: str
) -> None:
    known = {child.name for child in shape.children}
    for name in row:
        if name not in known:
            raise _Misfit(f"the site's message {shape.name} has no such property", path=f"{path}{name}")
    for child in shape.children:
        value, here = row.get(child.name), f"{path}{child.name}"
        if isinstance(child, CollectionShape):
            for number, nested in enumerate(_rows(value, child, path=here), start=1):
                below = etree.SubElement(element, _tag(child))
                _fill(below, child, nested, date_format=date_format, path=f"{here}[{number}]/")
        elif value is not None:
            etree.SubElement(element, _tag(child)).text = _text(
                value, child, date_format=date_format, path=here
            )
        elif child.required:
            raise _Misfit("is required and missing", path=here)


def _text(value: Value | Sequence[Row], shape: PropertyShape, *, date_format: DateFormat, path: str) -> str:
    try:
        text = to_wire(value, shape, date_format=date_format)
    except ValueRefused as refusal:
        raise _Misfit(str(refusal), path=path) from refusal
    if shape.required and not text.strip():
        raise _Misfit("is required and blank", path=path)
    return text


def _rows(value: object, shape: CollectionShape, *, path: str) -> Sequence[Row]:
    rows = [] if value is None else [value] if isinstance(value, Mapping) else value
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise _Misfit(f"rows are needed, not {type(value).__name__}", path=path)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            raise _Misfit(
                f"a row of properties is needed, not {type(row).__name__}", path=f"{path}[{number}]"
            )
    if shape.required and not rows:
        raise _Misfit("needs at least one row", path=path)
    if shape.max_rows is not None and len(rows) > shape.max_rows:
        raise _Misfit(f"{len(rows)} rows, at most {shape.max_rows} are allowed", path=path)
    return rows


def _tag(shape: CollectionShape | PropertyShape) -> str:
    return f"{{{shape.namespace}}}{shape.name}" if shape.namespace else shape.name
