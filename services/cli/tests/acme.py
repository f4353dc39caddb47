"""One customer, acme: its connection, an invoice, the voucher posted of it, and a word of its audit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ap_domain.audit import AuditEvent
from ap_domain.invoice_state import DocumentRef
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.posting import PostingIntent, VoucherRef

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONNECTION: dict[str, Any] = {
    "connection": "acme",
    "stage": "test",
    "basware": {
        "base_url": "http://127.0.0.1:1",
        "client_id": "acme-client",
        "client_secret": {"value": "secret-client"},
        "stage": "test",
        "company_codes": ["BW00"],
        "webhook_secrets": [{"value": "secret-webhook"}],
    },
    "peoplesoft": {
        "base_url": "http://127.0.0.1:1",
        "node": "PSFT_EP",
        "stage": "test",
        "operator": "APSTREAM",
        "password": {"value": "secret-password"},
        "component_interface": {"name": "AP_VOUCHER", "wsdl": "CI_AP_VOUCHER.1"},
        "business_units": ["US001"],
    },
    "mapping": {"business_units": {"BW00": "US001"}, "setid": "SHARE"},
}
DOCUMENT = DocumentRef(
    partition=3,
    offset=0,
    fetch_number=1,
    fetched_at=NOW,
    status="WaitingForTransfer",
    revision="revision 1",
    digest="0" * 64,
)
INTENT = PostingIntent(
    natural_key=NaturalKey(
        business_unit="US001", vendor_setid="SHARE", vendor_id="0000000007", invoice_id="2026/000001"
    ),
    match=MatchFields(invoice_date=date(2026, 11, 20), gross=Decimal("1160.00"), style="REG"),
    mapping_digest="m",
    request_digest="d",
)
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00012345", entry_status="P")


def event(
    action: str, *, record: str = "acme/1", second: int = 0, service: str = "voucher-poster", **detail: str
) -> AuditEvent:
    return AuditEvent(
        event_id=f"{record}-{action}-{second}",
        connection_id=record.partition("/")[0],
        record=record,
        service=service,
        at=NOW + timedelta(seconds=second),
        action=action,
        detail=detail,
        attempt=0,
        actor="test",
        sequence=second,
    )
