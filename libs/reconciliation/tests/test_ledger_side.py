"""What an entry of the ledger means for a reconciliation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ap_domain.invoice_state import DocumentRef, InvoiceState, PaymentState, Step
from ap_domain.natural_key import MatchFields, NaturalKey
from ap_domain.payments import PaymentTold
from ap_domain.posting import PostingIntent, VoucherRef
from ap_domain.reconciliation import LedgerOutcome
from chassis.errors import NotAnswered
from chassis.ledger.entry import Entry, Phase, Started
from chassis.records import VOUCHER_ENTRY
from chassis.topic_scan import Scanned
from reconciliation import ReconciliationFailed, ledger_invoice, read_ledger

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00012345", entry_status="P")
INTENT = PostingIntent(
    natural_key=NaturalKey(
        business_unit="US001", vendor_setid="SHARE", vendor_id="0000000007", invoice_id="N/1"
    ),
    match=MatchFields(gross=Decimal("116.00")),
    mapping_digest="m",
    request_digest="d",
    known=("other",),
)
TOLD = PaymentTold(settled=True, payment_block=False, paid_total=Decimal(116), cash_discount=Decimal(0))


def entry(
    phase: Phase, step: Step, *, reason: str = "", started: bool = False, **body: Any
) -> Entry[InvoiceState]:
    state = InvoiceState(
        invoice_id="1",
        invoice_number="n/1",
        document=DocumentRef(
            partition=0,
            offset=0,
            fetch_number=1,
            fetched_at=AT,
            status="WaitingForTransfer",
            revision="r",
            digest="d",
        ),
        **body,
    )
    return Entry(
        key="acme/1",
        connection_id="acme",
        sequence=1,
        phase=phase,
        step=step,
        since=AT,
        reason=reason,
        started=Started(at=AT, number=1, settle_seconds=60, request_digest="d") if started else None,
        body=state,
    )


def payment(**changes: Any) -> PaymentState:
    state = PaymentState(poll_offset=1, digest="d", standing="paid", wanted=TOLD, told=TOLD)
    return replace(state, **changes)


@pytest.mark.parametrize(
    ("phase", "step", "outcome"),
    [
        (Phase.FINAL, Step.CONFIRMED, LedgerOutcome.POSTED),
        (Phase.FINAL, Step.PAID, LedgerOutcome.POSTED),
        (Phase.FINAL, Step.RETURNED, LedgerOutcome.RETURNED),
        (Phase.FINAL, Step.WITHDRAWN, LedgerOutcome.WITHDRAWN),
        (Phase.FINAL, Step.DISCARDED, LedgerOutcome.DISCARDED),
        (Phase.WAITING, Step.REPORT_PAYMENT, LedgerOutcome.POSTED),
        (Phase.PARKED, Step.CONFIRM_PAYMENT, LedgerOutcome.POSTED),
        (Phase.WAITING, Step.CONFIRM, LedgerOutcome.ON_ITS_WAY),
        (Phase.PARKED, Step.POST, LedgerOutcome.ON_ITS_WAY),
        (Phase.WAITING, Step.LINK, LedgerOutcome.ON_ITS_WAY),
    ],
)
def test_an_entry_has_come_where_its_phase_and_step_say(
    phase: Phase, step: Step, outcome: LedgerOutcome
) -> None:
    assert ledger_invoice(entry(phase, step), zone=BERLIN).outcome is outcome


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("phase", list(Phase))
def test_every_entry_can_be_read(phase: Phase, step: Step) -> None:
    found = ledger_invoice(entry(phase, step, reason="why"), zone=BERLIN)
    assert found.invoice_id == "1"
    assert "why" in found.words


def test_a_voucher_brings_its_key_and_the_day_at_the_site() -> None:
    found = ledger_invoice(
        entry(Phase.FINAL, Step.CONFIRMED, voucher=VOUCHER, intent=INTENT, posted_at=AT, currency="EUR"),
        zone=BERLIN,
    )
    assert (found.business_unit, found.voucher_id) == ("US001", "00012345")
    assert found.key == ("US001", "SHARE", "0000000007", "N/1")
    assert (found.gross, found.currency, found.known) == (Decimal(116), "EUR", ("other",))
    assert found.posted_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("phase", "started", "voucher", "undecided"),
    [
        (Phase.STARTED, True, None, True),
        (Phase.IN_DOUBT, True, None, True),
        (Phase.PARKED, True, None, True),
        (Phase.PARKED, False, None, False),
        (Phase.WAITING, False, None, False),
        (Phase.WAITING, True, VOUCHER, False),
    ],
)
def test_a_voucher_that_nobody_has_seen_yet_may_exist(
    phase: Phase, started: bool, voucher: VoucherRef | None, undecided: bool
) -> None:
    found = ledger_invoice(
        entry(phase, Step.POST, started=started, voucher=voucher, intent=INTENT), zone=BERLIN
    )
    assert found.undecided is undecided


@pytest.mark.parametrize(
    ("phase", "step", "state", "waits"),
    [
        (Phase.FINAL, Step.PAID, payment(), ""),
        (Phase.FINAL, Step.CONFIRMED, None, ""),
        (Phase.FINAL, Step.CONFIRMED, payment(told=None), "it waits for its turn"),
        (Phase.FINAL, Step.CONFIRMED, payment(wanted=None, told=None), ""),
        (
            Phase.FINAL,
            Step.CONFIRMED,
            payment(unknown=("selection 'Q'",)),
            "PeopleSoft shows what no rule knows: selection 'Q'",
        ),
        (Phase.PARKED, Step.REPORT_PAYMENT, payment(), "parked at report payment: no"),
        (Phase.FINAL, Step.DISCARDED, payment(told=None), ""),
        (Phase.FINAL, Step.CONFIRMED, payment(told=None, given_up=TOLD), "a person gave it up: no"),
    ],
)
def test_why_basware_does_not_know_of_the_payment_yet(
    phase: Phase, step: Step, state: PaymentState | None, waits: str
) -> None:
    found = ledger_invoice(entry(phase, step, reason="no" if waits else "", payment=state), zone=BERLIN)
    assert found.payment_waits == waits


@pytest.mark.parametrize(
    ("state", "paid", "held", "settled"),
    [
        (None, Decimal(0), True, False),
        (payment(told=None, settled=True), Decimal(0), True, True),
        (payment(settled=True), Decimal(116), False, True),
        (payment(), Decimal(116), False, False),
    ],
)
def test_what_basware_confirmed_of_the_payment(
    state: PaymentState | None, paid: Decimal, held: bool, settled: bool
) -> None:
    found = ledger_invoice(entry(Phase.FINAL, Step.CONFIRMED, payment_block=True, payment=state), zone=BERLIN)
    assert (found.told_paid, found.told_held, found.settled_at) == (paid, held, AT if settled else None)


def test_what_a_person_linked_may_not_have_changed_since_it_was_made() -> None:
    made = replace(INTENT, match=MatchFields(invoice_date=date(2026, 3, 1)))
    found = {
        linked: ledger_invoice(
            entry(Phase.FINAL, Step.CONFIRMED, voucher=VOUCHER, intent=made, posted_at=AT, linked=linked),
            zone=BERLIN,
        ).unchanged_before
        for linked in (True, False)
    }
    assert found == {True: date(2026, 3, 1), False: date(2026, 11, 21)}


async def test_the_ledger_gives_the_latest_entry_of_each_invoice_of_the_connection(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(key: str, value: Entry[InvoiceState] | None) -> Scanned:
        encoded = VOUCHER_ENTRY.encode(value) if value is not None else None
        return Scanned(topic="peoplesoft.vouchers", partition=0, offset=0, key=key.encode(), value=encoded)

    async def scan(
        *, topics: tuple[str, ...], partition: int, take: Callable[[Scanned], None], **_: Any
    ) -> None:
        assert (topics, partition) == (("peoplesoft.vouchers",), 0)
        take(record("acme/1", entry(Phase.WAITING, Step.POST)))
        take(record("acme/2", entry(Phase.WAITING, Step.POST)))
        take(record("acme2/1", entry(Phase.FINAL, Step.PAID)))
        take(record("acme/2", None))
        take(record("acme/1", entry(Phase.FINAL, Step.CONFIRMED)))

    monkeypatch.setattr("reconciliation.ledger_side.scan", scan)
    found = [each async for each in read_ledger(bootstrap="x", connection=make.connection(), zone=BERLIN)]
    assert [(each.invoice_id, each.outcome) for each in found] == [("1", LedgerOutcome.POSTED)]


async def test_kafka_away_is_no_result_but_its_words(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scan(**_: Any) -> None:
        raise NotAnswered("no Kafka at x")

    monkeypatch.setattr("reconciliation.ledger_side.scan", scan)
    with pytest.raises(ReconciliationFailed, match="our ledger could not be read: no Kafka at x"):
        async for _ in read_ledger(bootstrap="x", connection=make.connection(), zone=BERLIN):
            pass
