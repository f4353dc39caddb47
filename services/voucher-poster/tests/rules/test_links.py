"""A voucher that a person names for an invoice: when it is looked at, and what follows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ap_domain.command import Action
from ap_domain.invoice_state import LinkOrder, Step
from chassis.ledger.entry import Phase
from voucher_poster.core.answers import Acknowledged

from .named_voucher import NAMED, NO, linkable, ordered
from .samples import (
    DOUBTED,
    FINAL,
    FIRST,
    IN_PROGRESS,
    INTENT,
    INVOICE_ID,
    LATER,
    MACHINE,
    OFFERED,
    ONCE,
    PARKED,
    POSTED,
    REFUSED,
    SECOND,
    WAITING,
    InvoiceEntry,
    after,
    an_entry,
    decided,
    entry_of,
    fetch,
    looked,
    order,
    parked,
    received,
    report_of,
    rival,
    started,
)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (an_entry(Step.CONFIRMED, phase=FINAL, body=POSTED), "US001/00000042 stands for it already"),
        (parked(Step.POST, **POSTED), "stands for it already"),
        (replace(parked(Step.POST, intent=INTENT), started=ONCE), "nobody has seen yet"),
        (started(), "nobody has seen yet"),
        (parked(Step.REHEARSE), "shadow mode"),
        (an_entry(Step.POST), "it is waiting at post"),
    ],
    ids=[
        "confirmed",
        "parked with a voucher",
        "parked in doubt",
        "a create runs",
        "rehearsed",
        "at the look",
    ],
)
def test_an_invoice_that_cannot_be_linked_is_left_alone(entry: InvoiceEntry, words: str) -> None:
    decision = received(entry, order(Action.LINK, voucher=NAMED))
    assert decision.entry is entry
    assert words in decision.notes[0].detail["said"]


def test_an_order_without_a_voucher_is_refused_also_for_an_unknown_invoice() -> None:
    decision = received(None, order(Action.LINK, sequence=0))
    assert decision.entry is None
    assert "names no voucher" in decision.notes[0].detail["said"]


STANDINGS = [
    ("unknown", None),
    ("parked at the acknowledge", parked(Step.ACKNOWLEDGE)),
    ("parked at the look", parked(Step.POST)),
    ("parked, doubted before", parked(Step.POST, **DOUBTED)),
    ("parked with a refusal", parked(Step.REPORT, report=REFUSED, reports=1)),
    ("returned", an_entry(Step.RETURNED, phase=FINAL)),
    ("withdrawn", an_entry(Step.WITHDRAWN, phase=FINAL)),
    ("discarded", an_entry(Step.DISCARDED, phase=FINAL)),
]


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("Transferred", (FINAL, Step.CONFIRMED)),
        ("Paid", (FINAL, Step.CONFIRMED)),
        (IN_PROGRESS, (WAITING, Step.REPORT)),
        (OFFERED, (WAITING, Step.ACKNOWLEDGE)),
    ],
)
@pytest.mark.parametrize("entry", [pytest.param(entry, id=name) for name, entry in STANDINGS])
def test_a_voucher_that_can_stand_for_the_invoice_does_and_basware_hears_of_it_where_it_waits(
    entry: InvoiceEntry | None, status: str, stands: tuple[Phase, Step]
) -> None:
    looking = ordered(entry)
    assert (looking.phase, looking.step, looking.body.voucher) == (WAITING, Step.LINK, None)
    left = after(looking, linkable(status))
    assert (left.phase, left.step) == stands
    assert (left.body.voucher, left.body.linked, left.body.link) == (FIRST, True, None)
    assert (left.body.posted_at, left.body.currency) == (LATER, "EUR")
    assert left.body.posted_revision == left.body.document.revision
    assert "acme/voucher/US001/00000042" in MACHINE.claims(left)
    if left.step == Step.ACKNOWLEDGE:
        left = after(left, Acknowledged(spacing=5.0))
    if left.phase is WAITING:
        assert report_of(left).success


@pytest.mark.parametrize("entry", [pytest.param(entry, id=name) for name, entry in STANDINGS])
def test_a_voucher_that_cannot_stand_for_it_leaves_the_invoice_where_it_was(
    entry: InvoiceEntry | None,
) -> None:
    left = after(ordered(entry), NO)
    stood = (entry.phase, entry.step) if entry is not None else (FINAL, Step.WITHDRAWN)
    assert (left.phase, left.step, left.due) == (*stood, None)
    assert (left.body.voucher, left.body.link, left.body.linked) == (None, None, False)
    assert "PeopleSoft does not show it" in left.reason
    if entry is not None and entry.phase is PARKED:
        assert left.reason.endswith(entry.reason)
        assert after(ordered(left), NO).reason == left.reason, "the reason does not grow"


def test_two_invoices_never_have_one_voucher() -> None:
    theirs = replace(an_entry(Step.CONFIRMED, phase=FINAL, body=POSTED), key="acme/other")
    decision = decided(ordered(parked(Step.POST)), linkable(), theirs)
    assert entry_of(decision).phase is PARKED
    assert "it is the voucher of invoice" in entry_of(decision).reason


def test_a_voucher_that_another_invoice_in_doubt_may_have_made_is_not_linked() -> None:
    decision = decided(ordered(parked(Step.POST)), linkable(), rival(Phase.IN_DOUBT))
    assert entry_of(decision).phase is PARKED
    assert "has the same number" in entry_of(decision).reason


@pytest.mark.parametrize(
    ("shown", "refused"),
    [
        ({"vendor_setid": ""}, True),
        ({"vendor_setid": "", "vendor_id": ""}, True),
        ({"vendor_setid": "", "vendor_id": "other"}, False),
        ({"business_unit": "US002", "vendor_setid": ""}, False),
    ],
)
def test_what_the_site_does_not_show_may_be_the_doubtful_one(shown: dict[str, str], *, refused: bool) -> None:
    answer = linkable(intent=replace(INTENT, natural_key=replace(INTENT.natural_key, **shown)))
    left = after(ordered(parked(Step.POST)), answer, rival(Phase.IN_DOUBT))
    assert ("has the same number" in left.reason, left.body.voucher is None) == (refused, refused)


def test_a_doubtful_create_is_not_settled_by_a_voucher_that_another_invoice_has() -> None:
    theirs = replace(after(ordered(None), linkable()), key="acme/linked")
    decision = MACHINE.adopted(started(Phase.IN_DOUBT), FIRST, now=LATER, others=lambda claim: (theirs,))
    left = entry_of(decision)
    assert (left.phase, left.step, left.body.voucher) == (PARKED, Step.POST, None)
    assert decision.notes[0].detail["alert"] == "yes"
    assert "acme/linked" in left.reason


def test_an_invoice_whose_transfer_failed_in_basware_is_not_linked() -> None:
    """Basware would never learn of the number, and payments would go to an invoice that it has not as transferred."""
    left = after(ordered(parked(Step.POST)), linkable("TransferFailed"))
    assert (left.phase, left.step, left.body.voucher) == (PARKED, Step.POST, None)
    assert "transfer it again" in left.reason


def test_a_linked_voucher_is_nobody_elses_find() -> None:
    """Also where the two were mapped to different natural keys."""
    strange = replace(INTENT, natural_key=replace(INTENT.natural_key, vendor_id="other"))
    theirs = replace(after(ordered(None), linkable(intent=strange)), key="acme/linked")
    left = after(an_entry(Step.POST), looked(FIRST, adopt=True, asked_at=LATER + timedelta(1)), theirs)
    assert (left.step, report_of(left).success) == (Step.REPORT, False)


def test_an_answer_about_another_voucher_is_too_late() -> None:
    entry = ordered(parked(Step.POST))
    for answer in (linkable(voucher=SECOND), replace(NO, voucher_id="other")):
        decision = decided(entry, answer)
        assert decision.entry is entry
        assert decision.notes[0].action == "too late"


def test_an_acknowledge_that_is_answered_meanwhile_leaves_the_order_alone() -> None:
    looking = ordered(replace(parked(Step.ACKNOWLEDGE), tried=True))
    answered = after(looking, Acknowledged(spacing=0.0))
    assert (answered.phase, answered.step, answered.body.link) == (
        Phase.WAITING,
        Step.LINK,
        looking.body.link,
    )
    assert answered.body.acknowledged_batch == answered.body.document.batch_id
    linked = after(answered, linkable("TransferInProgress"))
    assert (linked.step, linked.body.voucher) == (Step.REPORT, FIRST)
    left = after(answered, NO)
    assert (left.phase, left.step) == (Phase.PARKED, Step.ACKNOWLEDGE)


def test_an_acknowledge_that_was_tried_before_is_still_known_where_the_voucher_is_not_linked() -> None:
    looking = ordered(replace(parked(Step.ACKNOWLEDGE), tried=True))
    assert not looking.tried, "nothing was tried of the look"
    for left in (
        after(looking, NO),
        after(ordered(looking), NO),
        after(looking, linkable("WaitingForTransfer")),
    ):
        assert (left.step, left.tried) == (Step.ACKNOWLEDGE, True)
    assert not after(ordered(replace(parked(Step.REPORT, report=REFUSED), tried=True)), NO).tried


def test_a_fetch_that_comes_meanwhile_waits_for_the_link() -> None:
    waiting = entry_of(received(ordered(parked(Step.POST)), fetch(2)))
    assert (waiting.step, waiting.body.newer is not None) == (Step.LINK, True)
    refused = after(waiting, NO)
    assert (refused.phase, refused.step, refused.body.document.fetch_number) == (WAITING, Step.ACKNOWLEDGE, 2)
    for status in (OFFERED, IN_PROGRESS, "Transferred"):
        linked = after(waiting, linkable(status))
        assert (linked.step, linked.body.voucher, linked.body.newer) == (Step.REVISIT, FIRST, None)


def test_a_link_that_is_parked_itself_can_be_ordered_anew_discarded_and_overtaken_by_a_fetch() -> None:
    link = LinkOrder(
        business_unit="US001", voucher_id="7", invoice_number="80", step=Step.POST, parked=True, reason="look"
    )
    entry = parked(Step.LINK, link=link)
    again = ordered(entry)
    assert again.body.link == replace(link, voucher_id="00000042")
    over = entry_of(received(entry, order(Action.DISCARD)))
    assert (over.phase, over.step, over.body.link) == (FINAL, Step.DISCARDED, None)
    fetched = entry_of(received(entry, fetch(2)))
    assert (fetched.step, fetched.body.link) == (Step.ACKNOWLEDGE, None)
    assert INVOICE_ID in entry.key
