"""Where an invoice stands and why, in one sentence that a clerk understands. Pure."""

from collections.abc import Sequence

from ap_domain.audit import AuditEvent
from ap_domain.fetch_state import FetchState
from ap_domain.invoice_state import InvoiceState, Step
from chassis.ledger.entry import Entry, Phase

from apstream_cli.invoices import Invoice
from apstream_cli.payment_words import told_briefly

__all__ = ["standing"]

_WANTED: dict[str, str] = {
    Step.REHEARSE: "It is tried out only (shadow mode): mapped and looked up, not posted",
    Step.REVISIT: "It was offered again; its voucher in PeopleSoft is looked at",
    Step.ACKNOWLEDGE: "Basware is being told that it was taken over",
    Step.POST: "It waits to be posted in PeopleSoft",
    Step.VERIFY: "Its voucher is being verified in PeopleSoft",
    Step.REPORT: "Its outcome is being reported to Basware",
    Step.CONFIRM: "Basware has the report and is asked whether it was carried out",
    Step.LINK: "A person named its voucher; PeopleSoft is asked whether it can stand for it",
    Step.REPORT_PAYMENT: "Basware is being told of its payment",
    Step.CONFIRM_PAYMENT: "Basware was told of its payment and is asked whether it took that over",
}


def standing(invoice: Invoice, events: Sequence[AuditEvent] = ()) -> str:
    """One sentence or two. What Basware was told last is taken from its audit events."""
    if invoice.entry is None:
        return _fetching(invoice.fetch) if invoice.fetch else "Nothing is known of it."
    if invoice.entry.phase is Phase.FINAL and invoice.entry.step == Step.RETURNED:
        told = [event.detail.get("message", "") for event in events if event.action == "reported"]
        reason = f" with the words: {told[-1]}" if told else "."
        return f"Sent back to Basware, to be corrected and transferred again{reason}"
    return _of_entry(invoice.entry)


def _of_entry(entry: Entry[InvoiceState]) -> str:
    if entry.phase is Phase.FINAL:
        return _ended(entry)
    if entry.phase is Phase.PARKED:
        return f"It waits for a person: {_sentence(entry.reason)}"
    if entry.phase is Phase.STARTED:
        return "Its voucher is being created in PeopleSoft at this moment."
    if entry.phase is Phase.IN_DOUBT:
        return (
            "Its voucher was sent to PeopleSoft and no answer came: whether it was created is found out by asking "
            f"PeopleSoft. Nothing is sent again before that. {_sentence(entry.reason)}"
        )
    if entry.phase is Phase.STOPPED:
        flow = f" ({entry.stop.flow})" if entry.stop else ""
        return f"It waits because the flow is stopped{flow}: {_sentence(entry.reason)}"
    wanted = _WANTED.get(entry.step, f"It waits for {entry.step}")
    if entry.body.rehearsal and entry.step == Step.ACKNOWLEDGE:
        wanted = f"It was tried out only (shadow mode), with the outcome: {entry.body.rehearsal}"
    return f"{wanted}; last word: {_sentence(entry.reason)}" if entry.reason else f"{wanted}."


def _ended(entry: Entry[InvoiceState]) -> str:
    body = entry.body
    voucher = (
        f"voucher {body.voucher.voucher_id} in {body.voucher.business_unit}" if body.voucher else "a voucher"
    )
    match entry.step:
        case Step.CONFIRMED:
            recycled = body.voucher is not None and body.voucher.entry_status == "R"
            more = " It is recycled there: accounts payable has to complete it." if recycled else ""
            if body.linked:
                return f"A person named {voucher} for it, and PeopleSoft shows that it can be.{more}{_payment(body)}"
            return f"Posted as {voucher}, and Basware has confirmed the number.{more}{_payment(body)}"
        case Step.PAID:
            told = body.payment.told if body.payment else None
            if told is not None and told.paid_total:
                return f"Paid ({voucher}), and Basware knows it: {told_briefly(told, body.currency)}."
            return f"Over without money ({voucher}): PeopleSoft will pay nothing more for it."
        case Step.WITHDRAWN:
            because = f" {_sentence(entry.reason)}" if entry.reason else ""
            return (
                f"Withdrawn in Basware before it was posted, or never offered; nothing was created.{because}"
            )
        case Step.DISCARDED:
            known = f" ({voucher} exists)" if body.voucher else ""
            return f"Closed here by hand{known}: {_sentence(entry.reason)}"
        case _:
            return f"Ended as {entry.step}."


def _payment(body: InvoiceState) -> str:
    told = body.payment.told if body.payment else None
    return f" Of its payment Basware knows: {told_briefly(told, body.currency)}." if told is not None else ""


def _fetching(fetch: Entry[FetchState]) -> str:
    if fetch.phase is Phase.PARKED:
        return (
            f"Its document could not be fetched from Basware, a person has to look: {_sentence(fetch.reason)}"
        )
    if fetch.phase is Phase.STOPPED:
        return f"Its document waits because calls to Basware are stopped: {_sentence(fetch.reason)}"
    if fetch.phase is Phase.FINAL and fetch.reason:
        return f"Nothing is done with it: {_sentence(fetch.reason)}"
    if fetch.phase is Phase.FINAL:
        return "It was fetched, and Basware did not offer it for transfer."
    return f"Its document is being fetched from Basware. {_sentence(fetch.reason)}".strip()


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
