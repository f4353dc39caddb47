"""What the demo shows: two customers, their invoices, what goes wrong, and what must hold at the end. All data."""

from devstack.scenario.bill import Bill, BillRow
from devstack.scenario.case import (
    Act,
    Case,
    ClerkInPeopleSoft,
    Deliveries,
    Expected,
    Order,
    Person,
    Remote,
    Retransfer,
)
from devstack.scenario.invoices import Scenario, scenario
from devstack.scenario.master_data import MasterDataScript
from devstack.scenario.payments import PaymentScript

__all__ = [
    "Act",
    "Bill",
    "BillRow",
    "Case",
    "ClerkInPeopleSoft",
    "Deliveries",
    "Expected",
    "MasterDataScript",
    "Order",
    "PaymentScript",
    "Person",
    "Remote",
    "Retransfer",
    "Scenario",
    "scenario",
]
