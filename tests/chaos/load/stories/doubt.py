"""Creates whose outcome nobody knows: the answer is lost before or after the commit, or the commit comes late."""

from collections.abc import Mapping
from typing import Any

from tests.chaos.load.customers import SETTLE_SECONDS
from tests.chaos.load.desk import Desk
from tests.chaos.load.watch import INVOICES

from .story import Story

LOST: Mapping[str, Mapping[str, Any]] = {
    "commit_then_drop": {},
    "commit_then_reset": {},
    "http_500_after_commit": {},
    "html_login": {"commit": True},
    "empty": {"commit": True},
    "truncated": {},
    "cut_off": {},
    "wrong_answer": {},
    "drop_before": {},
    "reset_before": {},
    "refuse_503": {},
    "throttled": {"retry_after": "1"},
    "ib_fault": {},
    "slow_answer": {"seconds": 3},
}
"""What PeopleSoft does with one create, with its particulars."""
_SECOND_LOOK = 5.0
"""Seconds between the two searches that must both find nothing before an invoice is created again."""
_MET_WITHIN, _CLERK_WITHIN = 12.0, 40.0


async def answer_lost(desk: Desk) -> None:
    kind = desk.chance.choice(list(LOST))
    await _created_under(desk, kind, LOST[kind])


async def saved_after_the_deadline(desk: Desk) -> None:
    """We have hung up by then, and the settle time is not over."""
    seconds = round(desk.chance.uniform(0.3, SETTLE_SECONDS - 0.7), 2)
    await _created_under(desk, "commit_after_seconds", {"seconds": seconds, "answer": False})


async def saved_after_the_first_search(desk: Desk) -> None:
    """Later than the site promises: the first search finds nothing, the second one does."""
    seconds = round(desk.chance.uniform(SETTLE_SECONDS + 0.7, SETTLE_SECONDS + _SECOND_LOOK - 1.5), 2)
    await _created_under(desk, "commit_after_seconds", {"seconds": seconds, "answer": False})


async def number_corrected(desk: Desk) -> None:
    """The clerk corrects the number while nobody knows whether the first one became a voucher. Where it did, the
    number is corrected in PeopleSoft too, and a person lets the invoice go on.
    """
    document = desk.documents.plain(rows=1)
    kind = desk.chance.choice(("commit_then_drop", "drop_before"))
    about = {"kind": kind, "operation": "create", "invoice_id": document["invoiceNumber"]}
    async with desk.fault(f"{kind}, number corrected", record=document["invoiceId"], peoplesoft=(about,)):
        invoice = await desk.approve(document)
        await desk.until_met(_MET_WITHIN)
        corrected = await desk.correct(invoice, {"invoiceNumber": desk.documents.number()})
    if kind == "drop_before":
        return
    await desk.until_parked(corrected, topic=INVOICES)
    for voucher in await desk.vouchers(invoice):
        await desk.clerk(voucher, "change", values={"INVOICE_ID": corrected.number})
    await desk.decide("resubmit", invoice.id, ledger="vouchers")


async def coding_corrected(desk: Desk) -> None:
    """The clerk corrects the coding while nobody knows. It may wait for a person after that."""
    document = desk.documents.plain(rows=1)
    rows = [row | {"costCenterCode": "61400"} for row in document["codingRows"]]
    about = {"kind": "commit_then_drop", "operation": "create", "invoice_id": document["invoiceNumber"]}
    async with desk.fault(
        "commit_then_drop, coding corrected", record=document["invoiceId"], peoplesoft=(about,)
    ):
        invoice = await desk.approve(document)
        await desk.until_met(_MET_WITHIN)
        await desk.correct(invoice, {"codingRows": rows})


async def _created_under(desk: Desk, kind: str, params: Mapping[str, Any]) -> None:
    document = desk.documents.plain(rows=1)
    about = {"kind": kind, "operation": "create", "invoice_id": document["invoiceNumber"], "params": params}
    async with desk.fault(kind, record=document["invoiceId"], peoplesoft=(about,)):
        await desk.approve(document)
        await desk.until_met(_MET_WITHIN)


STORIES = (
    Story(name="answer lost", weight=6, tell=answer_lost),
    Story(name="saved after the deadline", weight=2, tell=saved_after_the_deadline),
    Story(name="saved after the first search", weight=2, tell=saved_after_the_first_search),
    Story(name="number corrected in doubt", weight=2.5, tell=number_corrected),
    Story(name="coding corrected in doubt", weight=1, tell=coding_corrected),
)
