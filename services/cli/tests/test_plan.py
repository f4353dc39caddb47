"""What the plan tells is what the owner then does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.command import Action, Command, CommandedLedger, VoucherLink
from ap_domain.invoice_state import DocumentRef, LateSearch, PaymentReport, PaymentState, Report, Step
from ap_domain.payments import PaymentTold
from ap_domain.posting import VoucherRef
from apstream_cli.invoices import Case, Invoice
from apstream_cli.plan import INVOICE_ACTIONS, plan
from chassis.ledger.entry import Entry, Phase
from chassis.ledger.machine import Input
from chassis.topics import COMMANDS
from ingress.documents.core import commands as documents_commands
from voucher_poster.core import commands as invoice_commands

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

OPEN_STEPS = [
    Step.REHEARSE,
    Step.REVISIT,
    Step.ACKNOWLEDGE,
    Step.POST,
    Step.VERIFY,
    Step.REPORT,
    Step.CONFIRM,
    Step.LINK,
    Step.REPORT_PAYMENT,
    Step.CONFIRM_PAYMENT,
]
ENDS = [Step.CONFIRMED, Step.PAID, Step.RETURNED, Step.WITHDRAWN, Step.DISCARDED]
STATES = [
    *((phase, step) for phase in Phase if phase is not Phase.FINAL for step in (*OPEN_STEPS, Step.CONFIRMED)),
    *((Phase.FINAL, step) for step in ENDS),
]
VOUCHER = VoucherRef(business_unit="US001", voucher_id="00012345", entry_status="P")
LINK = VoucherLink(business_unit="US001", voucher_id="00054321", invoice_number="2026/000001")
PAYMENT = PaymentState(poll_offset=1, digest="d", standing="scheduled")
OFFERED = DocumentRef(
    partition=3,
    offset=1,
    fetch_number=2,
    fetched_at=NOW,
    status="WaitingForTransfer",
    revision="r",
    digest="d",
)
SECOND = LateSearch(due=NOW, intents=(), found=("00012346",))
TOLD = PaymentTold(settled=False, payment_block=False, paid_total=Decimal(0), cash_discount=Decimal(0))


def command(entry: Entry[Any], action: Action, ledger: CommandedLedger) -> Command:
    return Command(
        command_id="c", connection_id="acme", ledger=ledger, record_id="1", action=action, reason="why", actor="ann",
        issued_at=NOW, expires_at=LATER + timedelta(hours=1), expected_sequence=entry.sequence,
        voucher=LINK if action is Action.LINK else None,
    )  # fmt: skip


def record(command: Command) -> Input:
    return Input(
        topic=COMMANDS.name, partition=3, offset=1, key="acme/1", connection_id="acme", payload=command
    )


@pytest.mark.parametrize("now", [NOW + timedelta(seconds=1), LATER])
@pytest.mark.parametrize("action", INVOICE_ACTIONS)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"doubt": True},
        {"doubted": "revision 0"},
        {"voucher": VOUCHER, "posted_revision": "revision 1"},
        {"voucher": VOUCHER, "posted_revision": "revision 0"},
        {"voucher": VOUCHER, "posted_revision": "revision 1", "doubt": True},
        {"report": Report(number=1, success=False, message="no"), "reports": 1},
        {
            "voucher": VOUCHER,
            "posted_revision": "revision 1",
            "payment": replace(PAYMENT, wanted=TOLD, report=PaymentReport(number=1, told=TOLD), reports=1),
        },
        {
            "voucher": VOUCHER,
            "posted_revision": "revision 1",
            "payment": replace(PAYMENT, unknown=("PYMNT_SELCT_STATUS Q",)),
        },
        {
            "voucher": VOUCHER,
            "posted_revision": "revision 1",
            "payment": replace(PAYMENT, wanted=TOLD, given_up=TOLD),
        },
    ],
    ids=[
        "plain",
        "in doubt",
        "doubted",
        "posted",
        "posted with other content",
        "posted just now",
        "reported",
        "payment told",
        "payment not understood",
        "payment given up",
    ],
)
def test_the_owner_of_an_invoice_does_what_the_plan_tells(
    entry: Callable[..., Any], body: dict[str, Any], action: Action, now: datetime
) -> None:
    for phase, step in STATES:
        stands = entry(phase=phase, step=step, **body)
        case = Case(
            invoice=Invoice(key=stands.key, connection_id="acme", entry=stands),
            ledger=CommandedLedger.VOUCHERS,
        )
        planned = plan(case, action, now=now)
        ordered = command(stands, action, case.ledger)
        decision = invoice_commands.decide(stands, record(ordered), ordered, now=now)
        done = decision.notes[0].action == "command applied"
        assert planned.possible is done, (phase, step, planned.says, decision.notes[0].detail["said"])


@pytest.mark.parametrize("action", [Action.RESUBMIT, Action.SEND_BACK, Action.DISCARD])
@pytest.mark.parametrize("phase", list(Phase))
def test_the_owner_of_a_document_does_what_the_plan_tells(
    fetch: Callable[..., Any], phase: Phase, action: Action
) -> None:
    stands = fetch(phase=phase)
    case = Case(
        invoice=Invoice(key=stands.key, connection_id="acme", fetch=stands), ledger=CommandedLedger.DOCUMENTS
    )
    decision = documents_commands.ordered(stands, command(stands, action, case.ledger), now=NOW)
    assert plan(case, action, now=NOW).possible is (decision.notes[0].action == "command applied")


@pytest.mark.parametrize(
    ("action", "stands", "says"),
    [
        (Action.RESUBMIT, {"step": Step.ACKNOWLEDGE}, "taken as ours"),
        (Action.RESUBMIT, {"step": Step.POST}, "present mapping"),
        (Action.RESUBMIT, {"doubt": True}, "PeopleSoft is asked again, from 12:01:00Z on"),
        (Action.RESUBMIT, {"step": Step.CONFIRM, "report": Report(number=1, success=True, message="m")}, "same report"),
        (Action.RESUBMIT, {"step": Step.ACKNOWLEDGE, "voucher": VOUCHER, "posted_revision": "0"}, "as it is"),
        (Action.RESUBMIT, {"phase": Phase.WAITING}, "at once"),
        (Action.RESUBMIT, {"doubt": True, "voucher": VOUCHER, "step": Step.REPORT}, "reported to Basware"),
        (Action.DISCARD, {"doubt": True, "voucher": VOUCHER, "step": Step.REPORT}, "Basware is told nothing"),
        (Action.SEND_BACK, {"voucher": VOUCHER}, "voucher 00012345 exists"),
        (Action.SEND_BACK, {"doubt": True}, "once PeopleSoft, asked from 12:01:00Z on, shows no voucher"),
        (Action.SEND_BACK, {}, "with your reason"),
        (Action.DISCARD, {"doubt": True}, "may still appear until"),
        (Action.DISCARD, {}, "Basware is told nothing"),
        (Action.RESUBMIT, {"step": Step.CONFIRMED, "voucher": VOUCHER, "late": SECOND}, "searched again"),
        (Action.DISCARD, {"step": Step.CONFIRMED, "voucher": VOUCHER, "late": SECOND}, "is let be: 00012346"),
        (Action.LINK, {}, "`apstream voucher link`"),
        (Action.LINK, {"phase": Phase.FINAL, "step": Step.RETURNED}, "once PeopleSoft shows that it is live"),
        (Action.LINK, {"voucher": VOUCHER}, "once PeopleSoft shows that one as deleted"),
        (Action.LINK, {"phase": Phase.FINAL, "step": Step.PAID, "voucher": VOUCHER}, "place of US001/00012345"),
        (Action.LINK, {"step": Step.REPORT_PAYMENT, "voucher": VOUCHER}, "discard it first"),
        (Action.DISCARD, {"step": Step.REPORT_PAYMENT, "voucher": VOUCHER}, "until PeopleSoft shows another payment"),
        (Action.DISCARD, {"step": Step.CONFIRM_PAYMENT, "voucher": VOUCHER, "newer": OFFERED}, "fetch that waited"),
        (Action.DISCARD, {"step": Step.REPORT, "voucher": VOUCHER, "late": SECOND}, "Basware is told nothing"),
        (Action.RESUBMIT, {"step": Step.CONFIRM_PAYMENT, "voucher": VOUCHER}, "sent the same word"),
        (Action.RESUBMIT, {"phase": Phase.FINAL, "step": Step.CONFIRMED, "voucher": VOUCHER,
                           "payment": replace(PAYMENT, given_up=TOLD)}, "after all"),
        (Action.LINK, {"doubt": True}, "resubmit it first"),
        (Action.LINK, {"phase": Phase.WAITING}, "neither parked nor over"),
        (Action.RESUBMIT, {"step": Step.REPORT_PAYMENT, "voucher": VOUCHER}, "told of the payment again"),
        (Action.RESUBMIT, {"step": Step.LINK}, "voucher that was named"),
    ],
)  # fmt: skip
def test_the_plan_says_it_in_words(
    entry: Callable[..., Any], action: Action, stands: dict[str, Any], says: str
) -> None:
    made = entry(**stands)
    case = Case(
        invoice=Invoice(key=made.key, connection_id="acme", entry=made), ledger=CommandedLedger.VOUCHERS
    )
    assert says in plan(case, action, now=NOW).says
