"""The connections of a chaos run: unlike in site, mapping and speed, each with its own tenant and PeopleSoft node."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi

from tests.journeys.customer import Customer

HARBOR, QUARRY, ORCHARD = "harbor", "quarry", "orchard"
"""Their shards are 9, 3 and 0 of 12."""
SETTLE_SECONDS = 3
WRONG_PASSWORD = "wrong-password-of-a-chaos-run"
"""Made to be refused, and looked for in every log."""
BANK_ACCOUNTS = {
    HARBOR: "GB33CHAO20201555555501",
    QUARRY: "GB33CHAO20201555555502",
    ORCHARD: "GB33CHAO20201555555503",
}
"""Where suppliers want to be paid: on Basware's documents and on PeopleSoft's suppliers, and nobody's to log."""
RECYCLED = ("500200", "23800")
"""Account and department whose combination PeopleSoft saves as recycled: saved, and not postable."""
_SLOW_MS = 200
_SECTION: Mapping[str, Any] = {
    "time_zone": "UTC",
    "watermark_overlap_seconds": 30,
    "entities": {
        "payment_terms": {"full": "*/5 * * * *"},
        "suppliers": {"changes": "* * * * *", "full": "*/5 * * * *"},
        "accounts": {"changes": "* * * * *", "full": "*/5 * * * *"},
        "cost_centers": {"changes": "* * * * *", "full": "*/5 * * * *"},
    },
}
_PAYMENTS: Mapping[str, Any] = {
    "changes": "* * * * *",
    "full": "*/5 * * * *",
    "watermark_overlap_seconds": 30,
    "reconciliation": {"schedule": None},
}
_OWN_NAMES = {
    "VOUCHER_LINE": "QY_LINES",
    "PYMNT_VCHR_XREF": "QY_PAYMENTS",
    "INVOICE_ID": "QY_INV_NO",
    "GROSS_AMT": "QY_TOTAL",
    "DISTRIB_LINE.MERCHANDISE_AMT": "QY_AMOUNT",
}


class ChaosCustomer(Customer):
    """A connection of a chaos run, as tests/journeys drives one."""

    @property
    def company(self) -> str:
        return self.spec.company_codes[0]

    @property
    def business_unit(self) -> str:
        return self.spec.business_units[self.company]

    @property
    def node(self) -> str:
        return self.spec.node

    @property
    def latency_ms(self) -> int:
        """What a call of its PeopleSoft takes when nothing is wrong."""
        return _SLOW_MS if self.id == QUARRY else 0

    @property
    def entities(self) -> tuple[str, ...]:
        """Of its master data."""
        return tuple(self.spec.masterdata["entities"])

    @property
    def match(self) -> tuple[str, ...]:
        """The fields that make two documents one invoice."""
        return tuple(self.spec.peoplesoft["match"])

    @property
    def bank_account(self) -> str:
        return BANK_ACCOUNTS[self.id]

    @property
    def password_file(self) -> Path:
        return self.stack.run_dir / "secrets" / f"{self.id}-peoplesoft"


def specs(*, basware_url: str = "", peoplesoft_url: str = "") -> tuple[ConnectionSpec, ...]:
    """The connections. The addresses are those at which our services reach the remotes, where that is not direct."""
    basware = {"base_url": basware_url} if basware_url else {}
    peoplesoft = {"base_url": peoplesoft_url} if peoplesoft_url else {}
    return (
        _spec(
            HARBOR,
            basware=basware,
            peoplesoft=peoplesoft,
            mapping={"purchase_orders": "match_again"},
        ),
        _spec(
            QUARRY,
            basware=basware,
            peoplesoft={
                **peoplesoft,
                "authentication": "both",
                "component_interface": {
                    "name": "QY_VCHR_IN",
                    "wsdl": "CI_QY_VCHR_IN.1.wsdl",
                    "names": _OWN_NAMES,
                    "date_format": "YYYY/MM/DD",
                },
            },
            mapping={
                "tax": "vat_header",
                "tables": {"vat_codes": {"T0": "V0", "T10": "V10", "T16": "V12", "T25.5": "V25"}},
                "payment_collection": "PYMNT_VCHR_XREF",
                "hold_reason": "AMT",
            },
            business_units={"BW10": "EU001"},
            site={
                "ci_name": "QY_VCHR_IN",
                "namespace_host": "http://fin.quarry.example:1111",
                "prefixes": {"key": "KEYPROP_", "prop": "PROP_", "collection": "COLL_"},
                "collections": {name: _OWN_NAMES[name] for name in ("VOUCHER_LINE", "PYMNT_VCHR_XREF")},
                "renames": {
                    name: _OWN_NAMES[name]
                    for name in ("INVOICE_ID", "GROSS_AMT", "DISTRIB_LINE.MERCHANDISE_AMT")
                },
                "date_format": "YYYY/MM/DD",
                "nesting": "payment_collection",
                "authentication": "both",
            },
        ),
        _spec(
            ORCHARD,
            basware=basware,
            peoplesoft={
                **peoplesoft,
                "match": [
                    "BUSINESS_UNIT",
                    "VENDOR_ID",
                    "INVOICE_ID",
                    "INVOICE_DT",
                    "GROSS_AMT",
                    "VOUCHER_STYLE",
                ],
            },
            business_units={"BW00": "US001"},
        ),
    )


async def make_customers(
    stack: Stack,
    *,
    basware: ControlApi,
    peoplesoft: ControlApi,
    basware_url: str = "",
    peoplesoft_url: str = "",
) -> tuple[ChaosCustomer, ...]:
    """Make both systems of each connection exist, and apply it; the stack's services may run already or not yet."""
    made = []
    for spec in specs(basware_url=basware_url, peoplesoft_url=peoplesoft_url):
        customer = ChaosCustomer(spec, stack=stack, basware=basware, peoplesoft=peoplesoft)
        await stack.add_connection(spec, prepare=partial(_furnish, customer))
        made.append(customer)
    return tuple(made)


async def planted_secrets(stack: Stack, customers: Iterable[ChaosCustomer]) -> tuple[str, ...]:
    """Every text that no log line, topic, metric or error may show: passwords, client and webhook secrets, keys, bank
    accounts. Basware's bytes in basware.accounting-documents hold the bank accounts by design.
    """
    texts = await asyncio.to_thread(_secret_files, stack.run_dir / "secrets")
    return (*texts, WRONG_PASSWORD, *(customer.bank_account for customer in customers))


def _secret_files(directory: Path) -> list[str]:
    found: list[str] = []
    for file in sorted(directory.iterdir()):
        text = file.read_text()
        found += json.loads(text).values() if file.suffix == ".json" else [text]
    return found


async def _furnish(customer: ChaosCustomer) -> None:
    """What both systems hold before the services know the connection."""
    await customer.tenant(
        confirm_delay_seconds=0.5,
        imports={"delay_seconds": 0.3},
        webhook={"retry_after_seconds": [1, 1, 2, 2, 4, 4, 8, 8, 15, 15, 30, 30, 60]},
    )
    await customer.site(
        duplicate_action="warn", latency_ms=customer.latency_ms, match_fields=list(customer.match)
    )
    account, department = RECYCLED
    await customer.reference(
        combination_rules=[
            {
                "name": "CHAOS01",
                "fields": {"ACCOUNT": account, "DEPTID": department},
                "edit": "budget",
                "action": "recycle",
            }
        ]
    )


def _spec(
    name: str,
    *,
    basware: Mapping[str, Any],
    peoplesoft: Mapping[str, Any],
    mapping: Mapping[str, Any] | None = None,
    business_units: Mapping[str, str] | None = None,
    site: Mapping[str, Any] | None = None,
) -> ConnectionSpec:
    units = business_units or {"BW00": "US001"}
    return ConnectionSpec(
        id=name,
        node=f"{name.upper()}_FS",
        business_units=units,
        basware={"record_spacing_seconds": 1.1, "sweep_seconds": 10, **basware},
        peoplesoft={
            "settle_seconds": SETTLE_SECONDS,
            "concurrency": 4,
            "match": ["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"],
            **peoplesoft,
        },
        mapping=mapping or {},
        masterdata={**_SECTION, "companies": {"SHARE": list(units)}},
        payments=_PAYMENTS,
        site=site or {},
    )
