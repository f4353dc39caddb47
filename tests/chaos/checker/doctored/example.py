"""A small run in which everything held, for tests to doctor, one promise at a time.

One customer, two posted invoices of which one is paid, one account and one supplier.
"""

from tests.chaos.checker.records import AUDIT_INGRESS, AUDIT_POSTER, FETCHES, INVOICES

from .made_up import FIRST_OWNER, Run
from .pictured_payments import paid, seen_unpaid
from .posted_invoices import posted
from .published_master_data import master_data


def good() -> Run:
    """A run in which every promise held."""
    run = Run()
    run.owner("ingress-documents", "documents-1", FETCHES, AUDIT_INGRESS, seconds=0)
    run.owner("voucher-poster", FIRST_OWNER, INVOICES, AUDIT_POSTER, seconds=0)
    for number, begun in ((1, 10.0), (2, 40.0)):
        posted(run, f"inv-{number}", f"N/{number}", f"0000000{number}", begun=begun)
    seen_unpaid(run, "inv-2", "00000002", seconds=90.0)
    paid(run, "inv-1", "00000001", begun=100.0)
    master_data(run)
    gauge = b'apstream_ledger_entries{connection="acme",phase="final"} 2.0\napstream_ledger_partitions_owned 1.0\n'
    run.metrics = {"ingress-documents-1": gauge, "voucher-poster-1": gauge}
    return run
