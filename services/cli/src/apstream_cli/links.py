"""Vouchers that a person names for invoices: ordered, and followed until PeopleSoft was asked."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ap_domain.command import Command, CommandedLedger, VoucherLink
from ap_domain.invoice_state import InvoiceState
from chassis.connections.record import ConnectionRecord
from chassis.keys import record_key
from chassis.ledger.entry import Entry

from apstream_cli.cluster import Cluster
from apstream_cli.orders import APPLIED, Asked, Wish, answers_to
from apstream_cli.screen import line

__all__ = ["Link", "LinkState", "Linked", "Linking", "outcome"]

LOOK_SECONDS = 1.0
"""Between two looks into the ledger, or as long as one took."""
ANSWER_SECONDS = 60.0
"""For the owner's answer to an order, which is given at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A voucher for an invoice; ``sequence`` is that of the entry that was seen, 0 without one."""

    invoice_id: str
    voucher: VoucherLink
    sequence: int = 0

    @property
    def called(self) -> str:
        """The invoice, for people."""
        return self.voucher.invoice_number or self.invoice_id


class LinkState(StrEnum):
    """How far it is."""

    LINKED = "linked"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What came of a link; ``says`` why."""

    link: Link
    state: LinkState
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Links of one connection. ``wait``: seconds until what is not settled is left to itself."""

    cluster: Cluster
    connections: Mapping[str, ConnectionRecord]
    record: ConnectionRecord
    wait: float

    async def carry_out(self, links: Sequence[Link], wish: Wish, *, say_done: bool) -> list[Linked]:
        """Orders the links and waits; what came of each, in the order given. Raises ChassisError."""
        asked = [
            Asked(command=self._command(each, wish), called=each.called, key=each.invoice_id)
            for each in links
        ]
        answers, unanswered = await answers_to(
            asked,
            cluster=self.cluster,
            connections=self.connections,
            within=min(self.wait, ANSWER_SECONDS),
            say_done=say_done,
        )
        for each in unanswered:
            line(f"note: {each}")
        said = {event.detail["command"]: event for event in answers}
        refused = {
            link.invoice_id: Linked(link=link, state=LinkState.REFUSED, says=answer.detail.get("said", ""))
            for link, order in zip(links, asked, strict=True)
            if (answer := said.get(order.command.command_id)) is not None and answer.action != APPLIED
        }
        taken = [link for link in links if link.invoice_id not in refused]
        settled = {each.link.invoice_id: each for each in await self._settled(taken)}
        return [refused.get(link.invoice_id) or settled[link.invoice_id] for link in links]

    async def _settled(self, links: Sequence[Link]) -> list[Linked]:
        """As the ledger shows them, as soon as none waits or time is up."""
        until = time.monotonic() + self.wait
        while True:
            began = time.monotonic()
            found = await self._look(links)
            if all(each.state is not LinkState.WAITING for each in found) or time.monotonic() >= until:
                return found
            await asyncio.sleep(max(LOOK_SECONDS, time.monotonic() - began))

    async def _look(self, links: Sequence[Link]) -> list[Linked]:
        if not links:
            return []
        keys = {record_key(self.record.connection_id, each.invoice_id) for each in links}
        ledgers = await self.cluster.ledgers(lambda key, _: key in keys, shard=self.record.shard)
        return [
            outcome(
                each,
                ledgers.invoices.get(record_key(self.record.connection_id, each.invoice_id).decode()),
            )
            for each in links
        ]

    def _command(self, link: Link, wish: Wish) -> Command:
        return Command(
            command_id=str(uuid.uuid4()),
            connection_id=self.record.connection_id,
            ledger=CommandedLedger.VOUCHERS,
            record_id=link.invoice_id,
            action=wish.action,
            reason=wish.reason,
            actor=wish.by,
            issued_at=wish.issued_at,
            expires_at=wish.expires_at,
            expected_sequence=link.sequence,
            voucher=link.voucher,
        )


def outcome(link: Link, entry: Entry[InvoiceState] | None) -> Linked:
    """What the invoice's entry says of the link. Pure."""
    voucher = entry.body.voucher if entry is not None else None
    if voucher is not None and (voucher.business_unit, voucher.voucher_id) == (
        link.voucher.business_unit,
        link.voucher.voucher_id,
    ):
        says = f"voucher {voucher.business_unit}/{voucher.voucher_id} stands for it"
        return Linked(link=link, state=LinkState.LINKED, says=says)
    if entry is None or entry.body.link is not None or entry.sequence == link.sequence:
        says = (entry.reason if entry is not None else "") or "PeopleSoft is still to be asked"
        return Linked(link=link, state=LinkState.WAITING, says=says)
    if voucher is not None:
        stands = f"voucher {voucher.business_unit}/{voucher.voucher_id} stands for it"
        return Linked(link=link, state=LinkState.REFUSED, says=entry.reason or stands)
    return Linked(
        link=link, state=LinkState.REFUSED, says=entry.reason or f"it is {entry.phase} at {entry.step}"
    )
