"""What an expression can see: Basware's own fields at the top, and beside them what settings and sums make of
a document, under four names of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ap_domain.approved_invoice import ApprovedInvoice
from ap_domain.document_fields import DocumentFields
from ap_domain.mapping.expression import SECRET_FIELD, EvaluationFault, Expression
from ap_domain.mapping.faults import MappingFault
from ap_domain.mapping.voucher_mapping import VoucherMapping

_ORIGINS = {
    "voucher.business_unit": "companyCode",
    "voucher.gl_business_unit": "companyCode",
    "voucher.vendor_setid": "supplierCode",
    "voucher.vendor_id": "supplierCode",
    "voucher.vendor_location": "supplierCode",
    "voucher.invoice_id": "invoiceNumber",
    "voucher.rate": "exchangeRateCompany",
    "voucher.discount": "cashSum",
}
"""What a clerk knows a computed value by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`values` is what expressions see; `path` is where their top level stands in the document ("" is its
    header).
    """

    document: str
    path: str
    values: Mapping[str, object]

    def search(self, expression: Expression) -> object:
        try:
            value = expression.search(self.values)
        except EvaluationFault as fault:
            raise self._fault(expression, fault) from fault
        return None if isinstance(value, str) and not value.strip() else value

    def holds(self, expression: Expression) -> bool:
        try:
            return expression.holds(self.values)
        except EvaluationFault as fault:
            raise self._fault(expression, fault) from fault

    def source(self, expression: Expression | None, *, target: str) -> str:
        """Basware's path of the first field an expression reads, else the property it is for."""
        name = expression.reads if expression else None
        if name is None:
            return target
        if name.startswith("document."):
            return name.removeprefix("document.")
        if name.startswith("settings."):
            return f"mapping.{name.removeprefix('settings.')}"
        name = _ORIGINS.get(name, name)
        return name if name in _ORIGINS.values() or not self.path else f"{self.path}.{name}"

    def _fault(self, expression: Expression, fault: EvaluationFault) -> MappingFault:
        return MappingFault(
            document=self.document,
            field=self.source(expression, target="mapping"),
            value="",
            rule=f"{fault}; correct the mapping or the field",
        )


def header_scope(invoice: ApprovedInvoice, mapping: VoucherMapping, voucher: Mapping[str, object]) -> Scope:
    document = _without_token(invoice.fields.values)
    return Scope(
        document=invoice.invoice_id,
        path="",
        values={**document, **_ours(document, mapping, voucher), "row": {}},
    )


def row_scope(row: DocumentFields, header: Scope, facts: Mapping[str, object]) -> Scope:
    """`facts` are what the row is to the voucher: `row.tax`, `row.from_order` and the like."""
    ours = {name: header.values[name] for name in ("document", "settings", "tables", "voucher")}
    return Scope(document=header.document, path=row.path, values={**row.values, **ours, "row": facts})


def _ours(
    document: Mapping[str, object], mapping: VoucherMapping, voucher: Mapping[str, object]
) -> dict[str, object]:
    settings = {
        "origin": mapping.origin,
        "voucher_source": mapping.voucher_source,
        "approval_flag": mapping.approval_flag,
        "control_group": mapping.control_group,
        "hold_reason": mapping.hold_reason,
        "send_due_date": mapping.send_due_date,
        "send": [str(part) for part in sorted(mapping.send)],
        "purchase_orders": str(mapping.purchase_orders),
    }
    return {
        "document": document,
        "settings": settings,
        "tables": mapping.tables,
        "voucher": voucher,
    }


def _without_token(document: Mapping[str, object]) -> dict[str, object]:
    """The image token opens the image to whoever has it: it is nowhere an expression could find it."""
    token = document.get(SECRET_FIELD)
    link = document.get("invoiceImageURL")
    seen = {name: value for name, value in document.items() if name != SECRET_FIELD}
    if isinstance(token, str) and token and isinstance(link, str) and token in link:
        del seen["invoiceImageURL"]
    return seen
