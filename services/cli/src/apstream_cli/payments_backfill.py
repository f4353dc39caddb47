"""Invoices that were in PeopleSoft before go-live: found in Basware, and linked to their vouchers."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import typer
from ap_domain.command import VoucherLink
from ap_domain.invoice_state import InvoiceState, Step
from ap_domain.mapping import ConfigurationFault, parse_mapping
from chassis.connections.record import ConnectionRecord
from chassis.keys import record_key
from chassis.ledger.entry import Entry, Phase

from apstream_cli.cluster import Cluster
from apstream_cli.connection_source import applied_connection
from apstream_cli.flow_words import hindrances
from apstream_cli.links import Link, Linking, LinkState
from apstream_cli.orders import Wish
from apstream_cli.payments_choice import the_polled
from apstream_cli.refusal import Refusal
from apstream_cli.screen import line, now
from apstream_cli.transferred import Transferred, transferred

__all__ = ["Backfill", "Candidate", "Verdict", "judged"]

CHUNK = 200
"""Links that are ordered at once."""
SHOWN = 10
"""Of each kind."""


class Verdict(StrEnum):
    """What is to be done about a document."""

    LINK = "to be linked"
    KNOWN = "with a voucher here already"
    UNDER_WAY = "being linked"
    NO_VOUCHER = "without voucher number in Basware"
    UNUSABLE = "left to you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A document and what is to be done about it. ``says`` why it is not linked, or what came of it before."""

    document: Transferred
    verdict: Verdict
    says: str = ""
    link: Link | None = None

    def words(self) -> str:
        """One line."""
        each = self.document
        to = f" to {self.link.voucher.business_unit}/{self.link.voucher.voucher_id}" if self.link else ""
        says = f": {self.says}" if self.says else ""
        return f"{each.number or '(no number)'} {each.invoice_id} (company {each.company_code}){to}{says}"


def judged(document: Transferred, entry: Entry[InvoiceState] | None, units: Mapping[str, str]) -> Candidate:
    """What is to be done about it, beside what our ledger knows of it. ``units``: business unit by company. Pure."""
    if entry is not None and entry.body.voucher is not None:
        return Candidate(document=document, verdict=Verdict.KNOWN)
    if entry is not None and entry.body.link is not None:
        return Candidate(document=document, verdict=Verdict.UNDER_WAY)
    if not document.voucher_number and not document.fault:
        return Candidate(document=document, verdict=Verdict.NO_VOUCHER)
    unit = units.get(document.company_code)
    says = document.fault
    if says:
        pass
    elif entry is not None and (entry.phase is not Phase.FINAL or entry.step != Step.WITHDRAWN):
        says = f"here it is {entry.phase} at {entry.step}; `apstream voucher link` names its voucher"
    elif not document.number:
        says = "Basware shows no invoice number"
    elif unit is None:
        says = f"the mapping's business_units have no company {document.company_code}"
    if says or unit is None:
        return Candidate(document=document, verdict=Verdict.UNUSABLE, says=says)
    voucher = VoucherLink(
        business_unit=unit, voucher_id=document.voucher_number, invoice_number=document.number
    )
    return Candidate(
        document=document,
        verdict=Verdict.LINK,
        says=f"tried before: {entry.reason}" if entry is not None and entry.reason else "",
        link=Link(
            invoice_id=document.invoice_id,
            voucher=voucher,
            sequence=entry.sequence if entry is not None else 0,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """One run. ``wait``: seconds for the links of `CHUNK` invoices."""

    cluster: Cluster
    connection_id: str
    since: date
    paid: bool
    wish: Wish
    wait: float
    yes: bool

    async def run(self) -> None:
        """Shows the plan, asks, links. Raises Refusal unless everything that was ordered is linked."""
        connections = await self.cluster.connections()
        record = the_polled(connections, self.connection_id)
        planned = await self._planned(record)
        self._tell(planned)
        links = [each.link for each in planned if each.link is not None]
        if not links:
            line("Nothing is to be linked.")
            return
        for each in await hindrances(self.cluster, connections, {record.connection_id}):
            line(f"note: {each}")
        if not self.yes and not await asyncio.to_thread(typer.confirm, "Do it?"):
            raise Refusal("nothing was ordered")
        linking = Linking(cluster=self.cluster, connections=connections, record=record, wait=self.wait)
        await self._link(links, linking)

    async def _planned(self, record: ConnectionRecord) -> list[Candidate]:
        units = _business_units(record)
        connection = await applied_connection(self.cluster, record.connection_id)
        found = [each async for each in transferred(connection, since=self.since, paid=self.paid)]
        keys = {record_key(record.connection_id, each.invoice_id) for each in found}
        known = (await self.cluster.ledgers(lambda key, _: key in keys, shard=record.shard)).invoices
        return [
            judged(each, known.get(record_key(record.connection_id, each.invoice_id).decode()), units)
            for each in found
        ]

    def _tell(self, planned: Sequence[Candidate]) -> None:
        counts = Counter(each.verdict for each in planned)
        told = ", ".join(f"{counts[each]} {each}" for each in Verdict if counts[each]) or "none"
        line(
            f"plan: Basware has {len(planned)} documents of {self.connection_id} transferred and changed since "
            f"{self.since}: {told}"
        )
        for verdict, verb in (
            (Verdict.LINK, "link"),
            (Verdict.NO_VOUCHER, "no voucher number"),
            (Verdict.UNUSABLE, "left to you"),
        ):
            of_kind = [each for each in planned if each.verdict is verdict]
            for each in of_kind[:SHOWN]:
                line(f"  {verb}: {each.words()}")
            if len(of_kind) > SHOWN:
                line(f"  {verb}: {len(of_kind) - SHOWN} more")

    async def _link(self, links: Sequence[Link], linking: Linking) -> None:
        """Chunk by chunk, so that a crash or a person ends it anywhere and the next run goes on."""
        came: Counter[LinkState] = Counter()
        span = self.wish.expires_at - self.wish.issued_at
        for start in range(0, len(links), CHUNK):
            issued_at = now()
            wish = replace(self.wish, issued_at=issued_at, expires_at=issued_at + span)
            chunk = await linking.carry_out(links[start : start + CHUNK], wish, say_done=False)
            for each in chunk:
                came[each.state] += 1
                if each.state is LinkState.REFUSED:
                    line(f"refused: {each.link.called} {each.link.invoice_id}: {each.says}")
            counted = ", ".join(f"{came[each]} {each}" for each in LinkState if came[each])
            line(f"{came.total()} of {len(links)}: {counted}")
            if all(each.state is LinkState.WAITING for each in chunk):
                break
        reasons = []
        if refused := came[LinkState.REFUSED]:
            reasons.append(
                f"{refused} were refused (above): correct them in PeopleSoft or Basware and run it again, or name "
                "their vouchers with `apstream voucher link`"
            )
        if waiting := came[LinkState.WAITING]:
            reasons.append(
                f"{waiting} still wait for PeopleSoft; they go on, and running it again shows what came of them"
            )
        if left := len(links) - came.total():
            reasons.append(
                f"{left} were not ordered, as none of those before them came through: see whether the flows run "
                f"(`apstream flow status {self.connection_id}`), and run it again"
            )
        if reasons:
            raise Refusal(*reasons)


def _business_units(record: ConnectionRecord) -> Mapping[str, str]:
    try:
        return parse_mapping(record.fields["mapping"]).business_units
    except ConfigurationFault as fault:
        raise Refusal(*(f"{record.connection_id} mapping: {problem}" for problem in fault.problems)) from None
