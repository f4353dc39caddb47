"""The steps that PeopleSoft takes part in: look, create, settle, verify."""

import asyncio

from ap_domain.invoice_state import InvoiceState
from ap_domain.mapping import ConfigurationFault, MappingFault
from ap_domain.posting import PostingIntent, VoucherRef
from ap_domain.response import clerk_message
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.ports import Clock, Gate
from chassis.ledger.words import words
from peoplesoft import CollectionShape, ConfigurationError, PeopleSoftError

from voucher_poster.adapters.document_source import DocumentSource, NotReadableNow, NotTheDocument
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients, PeopleSoftSite
from voucher_poster.adapters.peoplesoft_outcomes import outcome_of
from voucher_poster.adapters.posting_request import PostingRequest, posting_request
from voucher_poster.adapters.voucher_search import vouchers_of
from voucher_poster.core.answers import Created, Looked, Verified

InvoiceEntry = Entry[InvoiceState]

_AFTER_THE_SEND = ("settle", "verify")
"""A voucher may exist: whatever these meet, the invoice is not sent back as refused."""
_CORRECT = "Correct it in Basware and transfer the invoice again."


class PeopleSoftSteps:
    """Each step turns everything that can happen into an outcome; what it raises is a bug of ours."""

    def __init__(self, *, clients: PeopleSoftClients, documents: DocumentSource, clock: Clock) -> None:
        self._clients = clients
        self._documents = documents
        self._clock = clock
        self._reads = {"look": self._look, "settle": self._settle, "verify": self._verify}

    async def call(self, name: str, entry: InvoiceEntry, connection: Connection, *, gate: Gate) -> Outcome:
        """The step of this name: look, create, settle or verify."""
        outcome = await self._outcome(name, entry, connection, gate=gate)
        if isinstance(outcome, Rejected) and name in _AFTER_THE_SEND:
            return Parked(reason=outcome.reason)
        return outcome

    async def _outcome(
        self, name: str, entry: InvoiceEntry, connection: Connection, *, gate: Gate
    ) -> Outcome:
        site = None
        try:
            site = self._clients.of(connection)
            if name == "create":
                return await self._create(entry, connection, site, gate=gate)
            return await self._reads[name](entry, connection, site)
        except PeopleSoftError as error:
            return outcome_of(
                error,
                connection_version=connection.version,
                attempts=entry.attempts,
                request=_create_request(site),
            )
        except MappingFault as fault:
            cause = words(f"{fault.field} is {fault.value or 'blank'}: {fault.rule}")
            return Rejected(reason=clerk_message(cause=cause, remedy=_CORRECT))
        except ConfigurationFault as fault:
            return Stopped(reason=words(fault), connection_version=connection.version)
        except NotReadableNow as failed:
            return Retry(reason=words(failed))
        except NotTheDocument as other:
            return Parked(reason=words(other))

    async def _look(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        request = await self._request(entry, connection, site)
        asked_at = self._clock.now()
        found = await vouchers_of(request.intent, connection, site, record=entry.key)
        return Done(
            value=Looked(
                fetch_number=entry.body.document.fetch_number,
                asked_at=asked_at,
                intent=request.intent,
                same=found.same,
                different=found.different,
                settle_seconds=connection.peoplesoft.settle_time.total_seconds(),
                payment_block=request.properties.get("PYMNT_HOLD") == "Y",
            )
        )

    async def _create(
        self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite, *, gate: Gate
    ) -> Outcome:
        reached("started committed")
        request = await self._request(entry, connection, site)
        if entry.started is None or request.intent.request_digest != entry.started.request_digest:
            return NotSent(
                reason="mapping, WSDL or day changed since it was decided: the request would differ"
            )

        def last_word() -> None:
            gate()
            # The next turn of the loop finds the bytes written, and nobody can have answered yet.
            asyncio.get_running_loop().call_soon(reached, "create sent")

        created = await site.vouchers.create_voucher(
            request.properties, record=entry.key, before_send=last_word
        )
        reached("voucher created")
        voucher = VoucherRef(
            business_unit=created.business_unit,
            voucher_id=created.voucher_id,
            entry_status=created.entry_status or "",
        )
        return Done(value=Created(voucher=voucher, warnings=tuple(words(each) for each in created.warnings)))

    async def _settle(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        """By what was written down before the create; the invoice is not mapped again."""
        found = await vouchers_of(_intent(entry), connection, site, record=entry.key)
        if found.deleted and not found.same:
            numbers = ", ".join(each.voucher_id for each in found.deleted)
            return Parked(
                reason=f"PeopleSoft shows only deleted vouchers ({numbers}) for a create of unknown outcome: "
                "whether somebody deleted ours must be found out"
            )
        return Sighted(same=found.same, different=found.different)

    async def _verify(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        found = await vouchers_of(_intent(entry), connection, site, record=entry.key)
        return Done(value=Verified(same=found.same))

    async def _request(
        self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite
    ) -> PostingRequest:
        invoice = await self._documents.read(
            entry.body.document, invoice_id=entry.body.invoice_id, connection=connection
        )
        today = self._clock.now().date()
        return await posting_request(invoice, connection, site, today=today, record=entry.key)


def _intent(entry: InvoiceEntry) -> PostingIntent:
    if entry.body.intent is None:
        raise ValueError(f"{entry.key} was started without an intent")
    return entry.body.intent


def _create_request(site: PeopleSoftSite | None) -> CollectionShape | None:
    """What the site's create takes, where its WSDL was read."""
    try:
        create = site.interface.shape.create if site is not None else None
    except ConfigurationError:
        return None
    return create.request if create is not None else None
