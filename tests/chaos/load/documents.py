"""Invoices as coders approve them: made here, so that no remote is needed to make one."""

import random
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from basware_simulator.sample_kinds import KINDS
from basware_simulator.samples import sample

from .customers import ChaosCustomer

Document = dict[str, Any]
UNKNOWN_COST_CENTER = "99999"
_SUPPLIER, _ACCOUNTS, _DEPARTMENTS = "430022", ("18620", "18200", "640000"), ("61300", "61400", "35680")


class Documents:
    """Documents of one customer, by chance. No number begins with another: PeopleSoft searches by beginnings."""

    def __init__(self, customer: ChaosCustomer, chance: random.Random) -> None:
        self._customer = customer
        self._chance = chance
        self._numbers = count(1)

    def number(self) -> str:
        """One that no document of the customer has, with a slash in it."""
        return f"{self._customer.id[0].upper()}{next(self._numbers):06d}/26"

    def plain(self, *, kind: str = "plain", rows: int | None = None, **header: Any) -> Document:
        """A document that goes through; `kind` as the Basware simulator names them, `header` over its fields."""
        document = sample(
            seed=self._chance.getrandbits(32),
            today=datetime.now(UTC),
            company=self._customer.company,
            supplier=_SUPPLIER,
            currency="EUR",
            account=_ACCOUNTS[0],
            cost_center=_DEPARTMENTS[0],
            rows=rows,
        )
        document |= {
            "invoiceId": uuid.UUID(int=self._chance.getrandbits(128)).hex,
            "invoiceNumber": self.number(),
            "supplierBankIBAN": self._customer.bank_account,
        }
        return KINDS[kind](document) | header

    def split(self) -> Document:
        """Coded to several accounts and departments."""
        document = self.plain(rows=self._chance.randint(3, 6))
        for row in document["codingRows"]:
            row |= {
                "accountCode": self._chance.choice(_ACCOUNTS),
                "costCenterCode": self._chance.choice(_DEPARTMENTS),
            }
        return document

    def coded(self, account: str, department: str) -> Document:
        """One row, coded so."""
        document = self.plain(rows=1)
        document["codingRows"][0] |= {"accountCode": account, "costCenterCode": department}
        return document

    def ordered(self, order_id: str, *, quantity: Decimal, price: Decimal) -> Document:
        """One row that stands for the first line of a purchase order."""
        document = self.plain(kind="purchase_order", rows=1)
        net, nothing = (quantity * price).quantize(Decimal("0.01")), Decimal("0.00")
        document["codingRows"][0] |= {
            "orderNumber": order_id,
            "orderLineNumber": "1",
            "goodsReceiptNumber": None,
            "goodsReceiptItemNumber": None,
            "matchedQuantity": quantity,
            "orderedNetPrice": price,
            "orderLineUOM": "MO",
            "netTotal": net,
            "grossTotal": net,
            "taxSum": nothing,
            "matchedNetSum": net,
        }
        return document | {"netSum": net, "grossSum": net, "taxSum1": nothing, "orderNumbers": [order_id]}

    def again(self, document: Document, **header: Any) -> Document:
        """Another document under the same number: the supplier sent it twice, and both were approved."""
        return document | {"invoiceId": uuid.UUID(int=self._chance.getrandbits(128)).hex, **header}
