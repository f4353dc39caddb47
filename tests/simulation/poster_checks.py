"""What must hold of invoices when a run is quiet: one voucher, both books as the ledger says, payments told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase

from .sim_basware import TRANSFERRED
from .sim_broker import written
from .sim_peoplesoft import GROSS, Voucher

if TYPE_CHECKING:
    from .poster_world import PosterWorld

EXCUSED = (
    "cannot be written",
    "PeopleSoft already has",
    "has other content than voucher",
    "is parked undecided",
    "closed or paid already",
)
"""Reasons for which an invoice may be parked in any run: each is what a person must decide."""


def broken_promises(world: PosterWorld) -> list[str]:
    """Every promise of the poster that this run broke."""
    tried = world.peoplesoft.logins_refused
    refused = [f"{tried} sign-ons with a refused password"] if tried > 2 * len(world.processes) + 2 else []
    seen = [*world.basware.violations, *world.peoplesoft.violations, *world.sends.violations]
    found = [*seen, *refused, *_vouchers(world), *_orders(world), *_owned_twice(world), *_pictures(world)]
    for invoice, entry in world.by_invoice().items():
        found += _outcome(world, invoice, entry)
    return found


def _vouchers(world: PosterWorld) -> list[str]:
    """At most one live voucher of ours for each invoice and natural key, or an alert where it was not to prevent.

    A voucher is the invoice's that a person said it to be, or else the one's whose create made it.
    """
    live = [each for each in world.peoplesoft.vouchers.values() if each.live and each.invoice]
    linked = _linked(world)
    of_invoice = Counter(linked.get(each.number, each.invoice) for each in live)
    under_key = Counter(each.key for each in live)
    doubled = {invoice for invoice, count in of_invoice.items() if count > 1}
    if not world.promised:
        told = _alerted(world)
        return [f"{invoice} has two vouchers and nobody was told" for invoice in sorted(doubled - told)]
    twice = [f"{invoice} has more than one voucher" for invoice in sorted(doubled - _let_go(world))]
    shared = [f"natural key {key} has more than one voucher" for key, count in under_key.items() if count > 1]
    return twice + shared


def _alerted(world: PosterWorld) -> set[str]:
    return {event.record.split("/")[1] for event in _audit(world) if event.detail.get("alert")}


def _let_go(world: PosterWorld) -> set[str]:
    """Discarded in doubt by a person, and offered again with another number: searched for once more, then told."""
    discarded = {event.record.split("/")[1] for event in _audit(world) if event.action == "discarded"}
    searched = {invoice for invoice, entry in world.by_invoice().items() if entry.body.late is not None}
    return discarded & (searched | _alerted(world))


def _orders(world: PosterWorld) -> list[str]:
    """An order given for an older entry, or expired, has no effect."""
    return [
        f"{event.detail['command']} was carried out although it does not hold"
        for event in _audit(world)
        if event.action == "command applied" and event.detail["command"] in world.people.invalid
    ]


def _owned_twice(world: PosterWorld) -> list[str]:
    """No voucher stands for two invoices."""
    held = Counter(
        entry.body.voucher.voucher_id
        for entry in world.by_invoice().values()
        if entry.body.voucher is not None
    )
    return [f"voucher {number} stands for {count} invoices" for number, count in held.items() if count > 1]


def _pictures(world: PosterWorld) -> list[str]:
    """Of a voucher's payment the newest picture counts, by the number of its poll and whenever it came."""
    broken, newest = [], dict[tuple[str, str], int]()
    for partition in range(2):
        for record in written(world.broker.log(world.layout.ledger, partition)):
            entry: Any = record.value
            if record.kind or entry.body.payment is None or entry.body.voucher is None:
                continue
            voucher, poll = (entry.key, entry.body.voucher.voucher_id), entry.body.payment.poll_offset
            if poll < newest.get(voucher, -1):
                broken.append(f"{entry.key} took the picture of poll {poll} for newer than {newest[voucher]}")
            newest[voucher] = poll
    return broken


def _let_be(world: PosterWorld) -> set[str]:
    """Invoices that a person discarded with what had come of them and could not be written."""
    said = "could not be written"
    return {event.record.split("/")[1] for event in _audit(world) if said in event.detail.get("said", "")}


def _outcome(world: PosterWorld, invoice: str, entry: Entry[InvoiceState]) -> list[str]:
    if entry.phase is Phase.PARKED and not _excused(world, invoice, entry.reason):
        return [f"{invoice} is parked: {entry.reason}"]
    if entry.phase is not Phase.FINAL:
        return []
    if entry.step in (Step.CONFIRMED, Step.PAID):
        return _confirmed(world, invoice, entry)
    held = {each.number for each in world.peoplesoft.made_for(invoice)} - set(_linked(world))
    if entry.step == Step.RETURNED and held and world.promised:
        return [f"{invoice} was returned although PeopleSoft holds {sorted(held)}"]
    return []


def _linked(world: PosterWorld) -> dict[str, str]:
    """Of the vouchers a person said to be an invoice's, whichever one's create made them: that invoice."""
    return {
        entry.body.voucher.voucher_id: invoice
        for invoice, entry in world.by_invoice().items()
        if entry.body.linked and entry.body.voucher is not None
    }


def _confirmed(world: PosterWorld, invoice: str, entry: Entry[InvoiceState]) -> list[str]:
    document = world.basware.documents[invoice]
    if entry.body.voucher is None:
        return [f"{invoice} is confirmed without a voucher"]
    voucher = world.peoplesoft.vouchers[entry.body.voucher.voucher_id]
    made, linked = world.peoplesoft.made_for(invoice), _linked(world)
    ours = [each.number for each in made if linked.get(each.number, invoice) == invoice]
    strange = [number for number in ours if number != voucher.number]
    if strange and world.promised and invoice not in _let_go(world):
        return [f"{invoice} is confirmed with {voucher.number}, PeopleSoft holds {strange} too"]
    if not voucher.live and voucher.number not in world.peoplesoft_people.deleted:
        return [f"{invoice} is confirmed with {voucher.number}, which is not live"]
    if entry.body.linked or invoice in _let_be(world):
        return []
    if (document.status, document.voucher) != (TRANSFERRED, voucher.number):
        return [f"{invoice} is confirmed, Basware shows {document.status} {document.voucher}"]
    return [*_content(world, invoice, voucher), *_payment(world, invoice, entry, voucher)]


def _content(world: PosterWorld, invoice: str, voucher: Voucher) -> list[str]:
    """Unless a person said that it stands: what was transferred is what the voucher was made of."""
    transferred = world.documents.latest[invoice].revision
    if world.people.ordered[invoice] or voucher.content in ("", transferred):
        return []
    return [f"{invoice} is confirmed as {transferred}, its voucher was made of {voucher.content}"]


def _payment(world: PosterWorld, invoice: str, entry: Entry[InvoiceState], voucher: Voucher) -> list[str]:
    """Basware shows what stands in PeopleSoft, unless a person gave that up."""
    payment, shown = entry.body.payment, world.basware.documents[invoice].shown
    if not voucher.live or (payment is not None and payment.given_up is not None):
        return []
    settled = voucher.paid >= GROSS
    held = voucher.on_hold and not settled
    if shown is None:
        told = not voucher.payments and not held
    else:
        told = (shown.paid_total, shown.settled, shown.payment_block) == (voucher.paid, settled, held)
        names = {f"R{voucher.number}{n}" for n, each in enumerate(voucher.payments, 1) if each.taken_back}
        told = told and names <= set(shown.payment_reversal_document.split(", "))
    broken = [] if told else [f"{invoice}: paid {voucher.paid}, held {held}, and Basware shows {shown}"]
    if (entry.step == Step.PAID) != settled:
        broken.append(f"{invoice} is {entry.step}, its voucher has {voucher.paid} of {GROSS} paid")
    return broken


def _excused(world: PosterWorld, invoice: str, reason: str) -> bool:
    """Why a person may be asked.

    A thawed process may acknowledge once more before it learns that it is fenced: harmless, but then the owner finds
    an acknowledge that is not its own. So it is where somebody transfers again in the middle of things, and where an
    owner's clock is behind and it believes that nobody before it can have acknowledged yet.
    """
    excused = EXCUSED
    if world.skewed or world.result.faults["freeze"] or invoice in world.documents.recalled:
        excused += ("another consumer",)
    if invoice in world.documents.recalled:
        excused += (
            "does not take the response",
            "although voucher",
            "it is not transferred",
            "another transfer",
        )
    if world.people.ordered[invoice]:
        excused += ("it is not transferred", "came after all")
    if world.basware.troubled:
        excused += ("did not carry it out",)
    if world.weather.foreign:
        excused += ("more than one voucher", "after the second create PeopleSoft shows", "more than one live")
    if not world.promised:
        excused += ("after the second create PeopleSoft shows", "more than one", "came after all")
    return any(excuse in reason for excuse in excused)


def _audit(world: PosterWorld) -> list[Any]:
    found: list[Any] = []
    for partition in range(2):
        found += [
            record.value
            for record in written(world.broker.log(world.layout.audit, partition))
            if not record.kind
        ]
    return found
