"""The steps that PeopleSoft takes part in: rehearse, revisit, look, create, settle, verify, link, search again."""

import asyncio
from zoneinfo import ZoneInfo

from ap_domain.invoice_state import InvoiceState
from ap_domain.mapping import ConfigurationFault, MappingFault
from ap_domain.posting import PostingIntent, VoucherRef
from ap_domain.response import clerk_message
from chassis.connections import Connection
from chassis.failpoints import reached
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.outcomes import Done, NotSent, Outcome, Parked, Rejected, Retry, Sighted, Stopped
from chassis.ledger.ports import Clock, Gate
from chassis.ledger.words import words
from peoplesoft import CollectionShape, ConfigurationError, PeopleSoftError

from voucher_poster.adapters.document_source import DocumentSource, NotReadableNow, NotTheDocument
from voucher_poster.adapters.link_step import LinkStep, not_linkable
from voucher_poster.adapters.peoplesoft_clients import PeopleSoftClients, PeopleSoftSite
from voucher_poster.adapters.peoplesoft_outcomes import outcome_of
from voucher_poster.adapters.posting_request import PostingRequest, PostingRequests
from voucher_poster.adapters.prepared_requests import Basis, PreparedRequests
from voucher_poster.adapters.voucher_search import voucher_ref, vouchers_of
from voucher_poster.core.answers import Created, Looked, Rehearsed, Revisited, SearchedAgain, Verified

InvoiceEntry = Entry[InvoiceState]

_AFTER_THE_SEND = ("revisit", "settle", "verify", "search_again")
"""A voucher may exist: whatever these meet, the invoice is not sent back as refused."""
_LONGEST_WAIT = 3600.0
_CORRECT = "Correct it in Basware and transfer the invoice again."


class PeopleSoftSteps:
    """Each step turns everything that can happen into an outcome; what it raises is a bug of ours."""

    def __init__(self, *, clients: PeopleSoftClients, documents: DocumentSource, clock: Clock) -> None:
        self._clients = clients
        self._documents = documents
        self._clock = clock
        self._requests = PostingRequests()
        self._prepared = PreparedRequests()
        self._reads = {
            "rehearse": self._rehearse,
            "revisit": self._revisit,
            "look": self._look,
            "settle": self._settle,
            "verify": self._verify,
            "search_again": self._search_again,
            "link": LinkStep(documents=documents, requests=self._requests, clock=clock).look,
        }

    async def call(self, name: str, entry: InvoiceEntry, connection: Connection, *, gate: Gate) -> Outcome:
        """The step of this name: rehearse, revisit, look, create, settle, verify, link or search_again."""
        outcome = await self._outcome(name, entry, connection, gate=gate)
        if isinstance(outcome, Rejected | Parked) and name == "link":
            return not_linkable(entry, outcome.reason)
        if isinstance(outcome, Rejected) and name in _AFTER_THE_SEND:
            return Parked(reason=outcome.reason)
        if isinstance(outcome, Parked) and name == "rehearse":
            said = f"would wait for a person: {outcome.reason}"
            return Done(value=Rehearsed(fetch_number=entry.body.document.fetch_number, outcome=said))
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
                attempts=_failed_before(entry),
                request=_create_request(site),
            )
        except MappingFault as fault:
            cause = words(f"{fault.field} is {fault.value or 'blank'}: {fault.rule}")
            return Rejected(reason=clerk_message(cause=cause, remedy=_CORRECT), asked=False)
        except ConfigurationFault as fault:
            return Stopped(reason=words(fault), connection_version=connection.version)
        except NotReadableNow as failed:
            return Retry(reason=words(failed), asked=False)
        except NotTheDocument as other:
            return Parked(reason=words(other), asked=False)

    async def _look(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        basis = await self._basis(entry, connection, site)
        request = await self._made(entry, connection, site, basis)
        self._prepared.keep(entry.key, basis, request)
        closed = self._closed(request, connection)
        if closed is not None:
            return closed
        asked_at = self._clock.now()
        found = await vouchers_of(request.intent, connection, site, record=entry.key)
        return Done(
            value=Looked(
                fetch_number=entry.body.document.fetch_number,
                asked_at=asked_at,
                intent=request.intent,
                same=found.same,
                different=found.different,
                deleted=found.deleted,
                settle_seconds=connection.peoplesoft.settle_time.total_seconds(),
                payment_block=request.payment_hold,
                adopt=connection.peoplesoft.adopt_found_vouchers,
                notes=request.notes,
                contradicting=found.contradicting,
            )
        )

    def _closed(self, request: PostingRequest, connection: Connection) -> Retry | None:
        """Outside the posting windows an invoice waits, with the reason in its entry."""
        now, unit = self._clock.now(), request.intent.natural_key.business_unit
        calendar = connection.peoplesoft.calendar
        why = calendar.closed(unit, now)
        if why is None:
            return None
        opens = calendar.opens(unit, now)
        if opens is None:
            return Retry(
                reason=f"{why}; no opening is in sight", after=_LONGEST_WAIT, blame=False, asked=False
            )
        until = f"{opens.astimezone(ZoneInfo(calendar.time_zone)):%Y-%m-%d %H:%M %Z}"
        wait = (opens - now).total_seconds()
        return Retry(reason=f"{why}: posting in {unit} opens {until}", after=wait, blame=False, asked=False)

    async def _rehearse(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        """Everything but the sends: mapped, built, checked against the WSDL, looked up."""
        basis = await self._basis(entry, connection, site)
        request = await self._made(entry, connection, site, basis)
        found = await vouchers_of(request.intent, connection, site, record=entry.key)
        key = request.intent.natural_key
        outcome = f"would be posted in {key.business_unit} as {key.invoice_id} of supplier {key.vendor_id}"
        if found.same:
            numbers = ", ".join(each.voucher_id for each in found.same)
            outcome = f"PeopleSoft already has voucher {numbers} for this invoice"
        return Done(
            value=Rehearsed(
                fetch_number=entry.body.document.fetch_number,
                outcome=outcome,
                mapping_digest=request.intent.mapping_digest,
                request_digest=request.intent.request_digest,
            )
        )

    async def _revisit(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        """The voucher the invoice has: only a deleted one counts as absent."""
        known = entry.body.voucher
        if known is None:
            raise ValueError(f"{entry.key} revisits a voucher it does not have")
        found = await site.vouchers.get_voucher(
            business_unit=known.business_unit, voucher_id=known.voucher_id, record=entry.key
        )
        if found is None:
            return Parked(
                reason=f"PeopleSoft does not show voucher {known.business_unit}/{known.voucher_id}, not even as "
                "deleted: find out what became of it"
            )
        voucher = voucher_ref(found)
        return Done(value=Revisited(voucher=voucher if voucher.live else None))

    async def _create(
        self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite, *, gate: Gate
    ) -> Outcome:
        reached("started committed")
        basis = await self._basis(entry, connection, site)
        request = self._prepared.take(entry.key, basis) or await self._made(entry, connection, site, basis)
        if entry.started is None or request.intent.request_digest != entry.started.request_digest:
            return NotSent(
                reason="mapping, WSDL or day changed since it was decided: the request would differ"
            )

        def last_word() -> None:
            gate()
            reached("last check passed")
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
            payment_hold=created.read_back.payment_hold if created.read_back else None,
        )
        return Done(value=Created(voucher=voucher, warnings=tuple(words(each) for each in created.warnings)))

    async def _settle(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        """By what was written down before the create; the invoice is not mapped again."""
        intent = _intent(entry)
        found = await vouchers_of(intent, connection, site, record=entry.key)
        ours, strange = found.of_doubt(intent)
        deleted = [each.voucher_id for each in found.deleted if each.voucher_id not in intent.known]
        if deleted and not ours:
            numbers = ", ".join(deleted)
            return Parked(
                reason=f"PeopleSoft shows only deleted vouchers ({numbers}) for a create of unknown outcome: "
                "whether somebody deleted ours must be found out"
            )
        return Sighted(same=ours, different=strange)

    async def _verify(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Outcome:
        intent = _intent(entry)
        found = await vouchers_of(intent, connection, site, record=entry.key)
        ours, strange = found.of_doubt(intent)
        return Done(value=Verified(same=ours, different=strange))

    async def _search_again(
        self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite
    ) -> Outcome:
        """What each create that counted as not happened may have made, by what was written down before it."""
        late = entry.body.late
        if late is None:
            raise ValueError(f"{entry.key} has nothing to search for again")
        shown: dict[tuple[str, str], VoucherRef] = {}
        for intent in late.intents:
            ours, _ = (await vouchers_of(intent, connection, site, record=entry.key)).of_doubt(intent)
            shown.update({(each.business_unit, each.voucher_id): each for each in ours})
        return Done(value=SearchedAgain(due=late.due, vouchers=tuple(shown.values())))

    async def _basis(self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite) -> Basis:
        # The day of the books: an evening in New York is not the next day.
        today = self._clock.now().astimezone(ZoneInfo(connection.peoplesoft.calendar.time_zone)).date()
        shape = await site.interface.load_shape()
        return Basis(document=entry.body.document, version=connection.version, day=today, shape=shape)

    async def _made(
        self, entry: InvoiceEntry, connection: Connection, site: PeopleSoftSite, basis: Basis
    ) -> PostingRequest:
        invoice = await self._documents.read(
            basis.document, invoice_id=entry.body.invoice_id, connection=connection
        )
        if invoice.company_code not in connection.basware.company_codes:
            raise NotTheDocument(
                f"company {invoice.company_code} is not served by connection {connection.id} any more: send it "
                "back, or give the company back to the connection"
            )
        return await self._requests.of(invoice, connection, site, today=basis.day, record=entry.key)


def _intent(entry: InvoiceEntry) -> PostingIntent:
    if entry.body.intent is None:
        raise ValueError(f"{entry.key} was started without an intent")
    return entry.body.intent


def _failed_before(entry: InvoiceEntry) -> int:
    """A look that went well before each start ends the count of failures: of a create the starts count."""
    if entry.phase is Phase.STARTED and entry.started is not None:
        return entry.started.number - 1
    return entry.attempts


def _create_request(site: PeopleSoftSite | None) -> CollectionShape | None:
    """What the site's create takes, where its WSDL was read."""
    try:
        create = site.interface.shape.create if site is not None else None
    except ConfigurationError:
        return None
    return create.request if create is not None else None
