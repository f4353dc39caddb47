"""The lines of a voucher: one for each coding row, or for each group of rows that belong to one order line."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.peoplesoft_fields import LINE, MAX_ROWS, Kind
from ap_domain.mapping.record_writer import RecordWriter
from ap_domain.mapping.rule import Value
from ap_domain.mapping.scope import Scope, row_scope
from ap_domain.mapping.sums import ExtraLine, RowSum, VoucherSums
from ap_domain.mapping.voucher_draft import Distribution, VoucherLine
from ap_domain.mapping.voucher_mapping import VoucherMapping
from ap_domain.money import exact_sum

_QUANTITY = "QTY_VCHR"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    sum: RowSum
    scope: Scope


def build_lines(
    sums: VoucherSums, mapping: VoucherMapping, header: Scope, writer: RecordWriter, *, gl_unit: str
) -> tuple[VoucherLine, ...]:
    """Lines numbered from 1; the amount of each is that of its distributions. Raises MappingFault."""
    rows = [_Row(sum=row, scope=_scope(row, header)) for row in sums.rows]
    groups = _groups(rows, mapping)
    places = len(groups) + len(sums.extra)
    if not 0 < places <= MAX_ROWS:
        raise MappingFault(
            document=header.document,
            field="codingRows",
            value=str(len(rows)),
            rule=f"a voucher needs 1 to {MAX_ROWS} lines; tax and rounding lines count, charges do not",
        )
    lines = [_line(group, mapping, writer, number=place) for place, group in enumerate(groups, start=1)]
    lines += [
        _extra_line(extra, writer, number=place, gl_unit=gl_unit)
        for place, extra in enumerate(sums.extra, start=len(groups) + 1)
    ]
    return tuple(lines)


def _scope(row: RowSum, header: Scope) -> Scope:
    facts: dict[str, object] = {"tax": str(row.mode), "from_order": row.from_order, "amount": row.amount}
    return row_scope(row.row.fields, header, facts)


def _groups(rows: list[_Row], mapping: VoucherMapping) -> list[list[_Row]]:
    """Rows alike in all fields of `group_lines_by` are one line; a row that lacks one of them is its own."""
    groups: dict[object, list[_Row]] = {}
    for place, row in enumerate(rows):
        alike = [row.scope.search(field) for field in mapping.group_lines_by]
        key: object = (*map(str, alike), row.sum.mode, row.sum.from_order)
        groups.setdefault(place if None in alike or not alike else key, []).append(row)
    return list(groups.values())


def _line(group: list[_Row], mapping: VoucherMapping, writer: RecordWriter, *, number: int) -> VoucherLine:
    from_order = group[0].sum.from_order
    properties: dict[str, Value] = {"VOUCHER_LINE_NUM": Decimal(number)}
    properties |= _merged([_row_properties(row, mapping, writer) for row in group], group[0].scope)
    properties["MERCHANDISE_AMT"] = exact_sum(row.sum.amount for row in group)
    if from_order and mapping.distributions_from_po:
        return VoucherLine(properties=properties, distributions=())
    return VoucherLine(
        properties=properties,
        distributions=tuple(
            _distribution(
                writer.record(mapping.distributions, row.scope), number=place, amount=row.sum.amount
            )
            for place, row in enumerate(group, start=1)
        ),
    )


def _row_properties(row: _Row, mapping: VoucherMapping, writer: RecordWriter) -> dict[str, Value]:
    """A quantity from an order has the sign of its amount: goods sent back are a negative quantity."""
    properties = writer.record(mapping.lines, row.scope)
    quantity = properties.get(_QUANTITY)
    if row.sum.from_order and isinstance(quantity, Decimal) and row.sum.amount:
        properties[_QUANTITY] = quantity.copy_sign(row.sum.amount)
    return properties


def _merged(rows: list[dict[str, Value]], scope: Scope) -> dict[str, Value]:
    """What several rows say of one line: quantities add up, of descriptions the first counts, anything else
    must be the same.
    """
    merged: dict[str, Value] = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if name in row]
        if name == _QUANTITY:
            merged[name] = exact_sum(value for value in values if isinstance(value, Decimal))
        elif _is_description(name) or (len(values) == len(rows) and len(set(values)) == 1):
            merged[name] = values[0]
        else:
            raise MappingFault(
                document=scope.document,
                field=scope.path,
                value=", ".join(sorted({str(row.get(name, "blank")) for row in rows})),
                rule=f"coding rows that are one line of the voucher must agree in {name}",
            )
    return merged


def _is_description(name: str) -> bool:
    return name in LINE and LINE[name].kind is Kind.DESCRIPTION


def _extra_line(extra: ExtraLine, writer: RecordWriter, *, number: int, gl_unit: str) -> VoucherLine:
    properties: dict[str, Value] = {
        "VOUCHER_LINE_NUM": Decimal(number),
        "DESCR": writer.description(LINE["DESCR"], extra.description),
        "MERCHANDISE_AMT": extra.amount,
    }
    codes: Mapping[str, Value] = {"BUSINESS_UNIT_GL": gl_unit, "ACCOUNT": extra.account, **extra.codes}
    return VoucherLine(
        properties=properties, distributions=(_distribution(codes, number=1, amount=extra.amount),)
    )


def _distribution(codes: Mapping[str, Value], *, number: int, amount: Decimal) -> Distribution:
    return Distribution(properties={"DISTRIB_LINE_NUM": Decimal(number), **codes, "MERCHANDISE_AMT": amount})
