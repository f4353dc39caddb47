"""A connection for tests of what works on one."""

from datetime import timedelta
from typing import Any

from chassis.connections.connection import BaswareSide, ComponentInterface, Connection, PeopleSoftSide
from chassis.connections.secret import Secret

__all__ = ["a_connection"]


def a_connection(**changes: Any) -> Connection:
    """``acme``: one company and its business unit, at systems that nobody reaches; ``changes`` by field."""
    fields: dict[str, Any] = {
        "id": "acme",
        "version": 1,
        "shard": 0,
        "stage": "test",
        "basware": BaswareSide(
            base_url="http://127.0.0.1:1",
            client_id="acme-client",
            client_secret=Secret("client secret"),
            company_codes=("BW00",),
            webhook_secrets=(Secret("hook secret"),),
            record_spacing=timedelta(seconds=5),
        ),
        "peoplesoft": PeopleSoftSide(
            base_url="http://127.0.0.1:1",
            node="PSFT_EP",
            operator="APSTREAM",
            password=Secret("s3cret"),
            authentication="basic",
            component_interface=ComponentInterface(name="AP_VOUCHER", wsdl="CI_AP_VOUCHER.1.wsdl"),
            business_units=("US001",),
            settle_time=timedelta(seconds=60),
            match=("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"),
        ),
        "mapping": {"business_units": {"BW00": "US001"}, "setid": "SHARE"},
    }
    return Connection(**(fields | changes))
