"""What became of the invoices, from the books of both simulated systems and from our audit."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devstack import Stack
from devstack.control import ControlApi

from bench.load import Invoice, Sent

Json = Mapping[str, Any]
Times = Mapping[str, datetime]

DONE = ("Transferred", "Paid")
"""What Basware calls an invoice whose voucher it knows."""
LOOK_SECONDS = 1.0
"""Between two looks at the totals of Basware's books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Documents and violations at Basware, vouchers at PeopleSoft."""

    documents: Sequence[Json]
    violations: Sequence[Json]
    vouchers: Sequence[Json]

    @classmethod
    async def read(cls, basware: ControlApi, peoplesoft: ControlApi) -> "Books":
        """All of all connections."""
        return cls(
            documents=(await basware.get("books"))["documents"],
            violations=(await basware.get("violations"))["violations"],
            vouchers=(await peoplesoft.get("vouchers"))["vouchers"],
        )

    def problems(self, sent: Iterable[Sent]) -> Iterator[str]:
        """Every invoice that is not confirmed with exactly one voucher, and every voucher too many, in words."""
        documents = {(each["tenant"], each["invoiceId"]): each for each in self.documents}
        vouchers = defaultdict(list)
        for voucher in self.vouchers:
            vouchers[voucher["node"], voucher["INVOICE_ID"]].append(voucher["VOUCHER_ID"])
        for each in sent:
            invoice = each.invoice
            found = vouchers.pop((invoice.node, invoice.number), [])
            document = documents.get((invoice.connection, invoice.id), {})
            if each.status != 200:
                yield f"{invoice.number}: its webhook was answered {each.status}"
            if len(found) != 1:
                yield f"{invoice.number}: {len(found)} vouchers in PeopleSoft"
            if document.get("status") not in DONE or [document.get("voucherNumber1")] != found:
                status, told = document.get("status"), document.get("voucherNumber1")
                yield f"{invoice.number}: Basware has it {status} with voucher {told}, PeopleSoft has {found}"
            if document.get("stored_responses") != 1:
                yield f"{invoice.number}: reported {document.get('stored_responses')} times"
        for (node, number), found in vouchers.items():
            yield f"{node}: vouchers {found} for {number}, which nobody sent"
        for violation in self.violations:
            yield f"Basware's rules were broken: {violation['rule']}: {violation['detail']}"

    def posted_at(self) -> dict[tuple[str, str], datetime]:
        """When PeopleSoft committed each voucher, by node and invoice number."""
        return {
            (each["node"], each["INVOICE_ID"]): datetime.fromisoformat(each["created_at"])
            for each in self.vouchers
        }


async def transferred(basware: ControlApi, *, count: int, within: float) -> bool:
    """Wait until Basware has so many documents transferred; False if not within so many seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        by_status = (await basware.get("books", documents="no"))["by_status"]
        if sum(by_status.get(status, 0) for status in DONE) >= count:
            return True
        if loop.time() > deadline:
            return False
        await asyncio.sleep(LOOK_SECONDS)


async def audited(stack: Stack, invoices: Sequence[Invoice], *, within: float) -> dict[str, Times]:
    """When each of our steps was first decided, by invoice id; once all are confirmed, or time is up."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        said = await stack.apstream("audit", "show", "--json")
        steps = first_steps(json.loads(line) for line in said.splitlines() if line.startswith("{"))
        if all("confirmed" in steps.get(each.id, {}) for each in invoices) or loop.time() > deadline:
            return steps
        await asyncio.sleep(LOOK_SECONDS)


def first_steps(events: Iterable[Json]) -> dict[str, Times]:
    """The first time of every action, by the last part of the record's key, which is the invoice id.

    A voucher that was found after its answer was lost ("adopted") counts as posted.
    """
    steps: dict[str, dict[str, datetime]] = defaultdict(dict)
    for event in events:
        invoice = event["record"].rpartition("/")[2]
        at = datetime.fromisoformat(event["at"])
        action = "posted" if event["action"] == "adopted" else event["action"]
        steps[invoice][action] = min(at, steps[invoice].get(action, at))
    return dict(steps)
