"""The notification and the accounting document that Basware's own OpenAPI gives as examples, taken literally.

The files are not part of this repository. They are looked for beside it; without them this test is skipped, and the
summary says so. Examples are collected field by field, as tools do; what has no example is left out.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from basware_simulator.decimal_json import loads

from .conftest import NewCustomer
from .customer import TRANSFERRED
from .eventually import eventually
from .promises import kept
from .stories import story
from .topic_records import NOTIFICATIONS

SPECS = Path(__file__).parents[3] / "shared" / "vendor-specs"
P2P = "basware-p2p-openapi.json"
PUSH = "basware-push-notification-openapi.json"
pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(),
    reason=f"THE VENDOR'S OPENAPI FILES ARE ABSENT: nothing at {SPECS.name}/, its examples did not travel",
)


class Examples:
    """The examples of one OpenAPI file, put together by the schemas' names."""

    def __init__(self, file: str) -> None:
        self._schemas = loads((SPECS / file).read_bytes())["components"]["schemas"]

    def of(self, name: str) -> Any:
        return self._example(self._schemas[name])

    def _example(self, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self.of(schema["$ref"].rsplit("/", 1)[1])
        if "example" in schema:
            return schema["example"]
        for several in ("allOf", "anyOf"):
            if several in schema:
                return self._example(schema[several][0])
        if "properties" in schema:
            values = {name: self._example(each) for name, each in schema["properties"].items()}
            return {name: value for name, value in values.items() if value is not None}
        if "items" in schema:
            item = self._example(schema["items"])
            return [] if item is None else [item]
        return None


@story
async def test_the_vendors_examples_become_a_voucher(new_customer: NewCustomer) -> None:
    notification = Examples(PUSH).of("NotificationPayload")
    document = Examples(P2P).of("AccountingDocumentEntity")
    assert notification["taskType"] == "AccoutingDocuments"
    assert document["invoiceLines"][0]["date1"].startswith('"')
    assert {"processingStatus", "invoiceDate"}.isdisjoint(document)
    # The status comes with the approval. The two examples are of different invoices: the webhook's id is kept.
    document |= {"invoiceId": notification["documentId"], "invoiceDate": "2021-01-15T00:00:00Z"}

    customer = await new_customer("vendor-example", mapping=MAPPING)
    invoice = await customer.approve_document(document, deliver=False)
    body = json.dumps(notification).encode()
    # The connection is applied and may not be known at the door yet; Basware would repeat a refused webhook.
    await eventually(
        lambda: customer.send_webhook(body), lambda status: status == 200, what="webhook accepted"
    )
    await customer.until_status(TRANSFERRED, invoice)
    evidence = await kept(customer)

    (record,) = evidence.records[NOTIFICATIONS]
    assert (record.value["task_id"], record.value["body"]) == (notification["taskId"], body)
    (voucher,) = await customer.vouchers(invoice)
    assert (voucher["INVOICE_ID"], voucher["GROSS_AMT"]) == (
        document["invoiceNumber"],
        str(document["grossSum"]),
    )
    assert voucher["VENDOR_ID"] == document["supplierCode"].zfill(10)


MAPPING = {"payment_terms": {"7D2-NT30": "NT30"}}
"""What this customer has to say: PeopleSoft has no payment terms of Basware's code."""
