"""Building create, find and get messages: schema order, and every limit checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from peoplesoft.errors import InvalidMessage, Misfit
from peoplesoft.shape import CollectionShape, OperationShape, PropertyShape
from peoplesoft.soap import envelope
from peoplesoft.values import DateFormat, Row, ValueRefused, to_wire

_TOLD = 5
"""Misfits named in an error's text; the error holds them all."""


def build_message(
    operation: OperationShape, properties: Row, *, date_format: DateFormat = DateFormat.ISO, record: str = ""
) -> bytes:
    """The SOAP envelope of one call, without a security header; equal input gives equal bytes.

    Raises InvalidMessage naming each property that does not fit (with its row, "VOUCHER_LINE[2]/DESCR"),
    the value's length and the limit.
    """
    writer = _Writer(date_format)
    body = writer.write(operation.request, properties)
    if writer.misfits:
        misfits = sorted(writer.misfits, key=lambda misfit: not misfit.unknown)
        told = "; ".join(str(misfit) for misfit in misfits[:_TOLD])
        more = f"; and {len(misfits) - _TOLD} more" if len(misfits) > _TOLD else ""
        raise InvalidMessage(
            told + more,
            property_path=misfits[0].property_path,
            misfits=misfits,
            operation=operation.name,
            record=record,
        )
    return envelope(body)


class _Writer:
    """Writes one message and notes what does not fit instead of stopping at it."""

    def __init__(self, date_format: DateFormat) -> None:
        self.misfits: list[Misfit] = []
        self._date_format = date_format

    def write(self, shape: CollectionShape, row: Row) -> etree._Element:
        body = etree.Element(_tag(shape), nsmap={"m": shape.namespace} if shape.namespace else {})
        self._fill(body, shape, row, path="")
        return body

    def _fill(self, element: etree._Element, shape: CollectionShape, row: Row, *, path: str) -> None:
        known = {child.name for child in shape.children}
        for name in row:
            if name not in known:
                self._note(
                    f"{path}{name}", f"the site's message {shape.name} has no such property", unknown=True
                )
        for child in shape.children:
            value, here = row.get(child.name), f"{path}{child.name}"
            if isinstance(child, CollectionShape):
                for number, nested in enumerate(self._rows(value, child, path=here), start=1):
                    below = etree.SubElement(element, _tag(child))
                    self._fill(below, child, nested, path=f"{here}[{number}]/")
            elif value is not None:
                etree.SubElement(element, _tag(child)).text = self._text(value, child, path=here)
            elif child.required:
                self._note(here, "is required and missing")

    def _text(self, value: object, shape: PropertyShape, *, path: str) -> str:
        try:
            text = to_wire(value, shape, date_format=self._date_format)
        except ValueRefused as refusal:
            self._note(path, str(refusal))
            return ""
        if shape.required and not text.strip():
            self._note(path, "is required and blank")
        return text

    def _rows(self, value: object, shape: CollectionShape, *, path: str) -> Sequence[Row]:
        rows = [] if value is None else [value] if isinstance(value, Mapping) else value
        if isinstance(rows, str) or not isinstance(rows, Sequence):
            self._note(path, f"rows are needed, not {type(value).__name__}")
            return ()
        if shape.required and not rows:
            self._note(path, "needs at least one row")
        if shape.max_rows is not None and len(rows) > shape.max_rows:
            self._note(path, f"{len(rows)} rows, at most {shape.max_rows} are allowed")
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, Mapping):
                self._note(f"{path}[{number}]", f"a row of properties is needed, not {type(row).__name__}")
        return [row for row in rows if isinstance(row, Mapping)]

    def _note(self, path: str, why: str, *, unknown: bool = False) -> None:
        self.misfits.append(Misfit(property_path=path, why=why, unknown=unknown))


def _tag(shape: CollectionShape | PropertyShape) -> str:
    return f"{{{shape.namespace}}}{shape.name}" if shape.namespace else shape.name
