"""Payments through the command line: how they stand, what somebody must do, polls on order."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.desired_state import DesiredState, FlowState
from ap_domain.invoice_state import PaymentReport, PaymentState, Step
from ap_domain.payments import (
    ExceptionKind,
    Instalment,
    InstalmentState,
    PaymentStanding,
    PaymentTold,
    VoucherException,
    VoucherStatus,
)
from ap_domain.poll import PollKind, PollOutcome
from apstream_cli.invoices import Invoice
from apstream_cli.standing import standing
from chassis.ledger.entry import Phase

Make = Callable[..., Any]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECTION = {"time_zone": "Europe/Berlin", "changes": "*/10 * * * *"}
TOLD = PaymentTold(
    settled=True, payment_block=False, paid_total=Decimal("1160.00"), cash_discount=Decimal(0),
    payment_date=date(2026, 11, 20), check_number="CHK 77", message="Paid in full.",
)  # fmt: skip
STATE = PaymentState(
    poll_offset=7, digest="d", standing="paid", settled=True, wanted=TOLD, told=TOLD, reports=1
)
MATCH = VoucherException(
    kind=ExceptionKind.MATCH, since=NOW - timedelta(days=9), words="does not match its order",
    remedy="The buyer corrects the order.",
)  # fmt: skip
PART = Instalment(
    number=2, state=InstalmentState.PAID, selection="P", action="S", payment_status="P", gross=Decimal("1160.00"),
    paid=Decimal("1010.50"), discount=Decimal(0), withheld=Decimal(0), currency="EUR", reference="CHK 77",
    payment_id="0000004711", paid_on=date(2026, 11, 20), method="CHK", due=date(2026, 12, 1),
)  # fmt: skip


@pytest.fixture(autouse=True)
def with_payments(cluster: Any) -> None:
    cluster.connect(payments=SECTION)


@pytest.fixture
def rested(entry: Make, voucher: Any) -> Make:
    """An invoice with a voucher, at rest."""

    def make(invoice_id: str = "1", **more: Any) -> Any:
        number = more.pop("voucher", "00012345")
        stands = {"phase": Phase.FINAL, "step": Step.CONFIRMED, "reason": "", "number": f"2026/{invoice_id}"}
        return entry(invoice_id, voucher=replace(voucher, voucher_id=number), **{**stands, **more})

    return make


def shown(run: Any, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("payments", *arguments, "--json").output.splitlines()]


def test_status_counts_each_voucher_once_by_what_became_of_it(
    cluster: Any, run: Any, rested: Make, picture: Make, entry: Make
) -> None:
    cluster.put(
        entry("0"),
        rested("1", step=Step.PAID, payment=STATE, currency="USD"),
        rested("2", voucher="00000002"),
        rested("3", voucher="00000003", phase=Phase.PARKED, payment=replace(STATE, told=None)),
        rested("4", voucher="00000004"),
    )
    cluster.show_payment(picture(standing=PaymentStanding.PAID, settled=True, paid_total=Decimal(1160)))
    cluster.show_payment(picture("2", voucher_id="00000002", exceptions=(MATCH,)))
    cluster.show_payment(picture("2", voucher_id="00000002", poll_offset=3, standing=PaymentStanding.PAID))
    cluster.show_payment(picture("3", voucher_id="00000003", standing=PaymentStanding.PAID, settled=True))
    cluster.show_payment(picture("9", voucher_id="00000004", standing=PaymentStanding.PAID, settled=True))
    cluster.end_poll(PollOutcome.COMPLETE, subject="payments", kind=PollKind.CHANGES)
    cluster.end_poll(PollOutcome.FAILED, "the gateway is away", subject="payments")
    (acme,) = shown(run, "status")
    assert (acme["vouchers"], acme["not_settled"]) == (4, 2)
    assert acme["standings"] == {"paid": 2, "scheduled": 1, "not seen yet": 1}, (
        "an older poll, another's voucher"
    )
    assert (acme["to_be_told"], acme["parked"]) == (1, 1)
    assert acme["exceptions"] == {"match_exception": 1}
    assert acme["oldest_exception_since"] == MATCH.since.isoformat()
    assert set(acme["next_due"]) == {"changes", "full"}
    said = run("payments", "status", "acme").output
    assert "acme payments: last full poll failed: the gateway is away" in said
    assert "1 match_exception" in said


def test_status_tells_what_holds_the_work_up(cluster: Any, run: Any) -> None:
    cluster.words.append(
        DesiredState(
            connection_id="acme", flow="payments", state=FlowState.STOPPED, version=1, connection_version=1,
            reason="the query may not be run", actor="payment-poller", at=NOW,
        )
    )  # fmt: skip
    said = run("payments", "status").output
    assert "the query may not be run" in said
    assert "apstream flow resume acme payments" in said
    assert "full poll overdue since" in said


def test_without_a_section_there_is_nothing_to_tell_and_nothing_is_polled(cluster: Any, run: Any) -> None:
    cluster.connect(version=2)
    assert "No connection has a section payments" in run("payments", "status").output
    said = run("payments", "run-now", "acme")
    assert said.exit_code == 1
    assert "no section payments" in said.output


def test_vouchers_of_a_connection_without_a_section_are_told_as_not_polled(
    cluster: Any, run: Any, rested: Make
) -> None:
    cluster.connect(version=2)
    cluster.put(rested("1"))
    assert "no section payments" in run("payments", "status").output


def test_the_list_has_each_voucher_with_what_basware_knows(
    cluster: Any, run: Any, rested: Make, picture: Make
) -> None:
    cluster.put(
        rested("1", step=Step.PAID, payment=STATE, currency="USD"),
        rested("2", voucher="00000002"),
        rested("3", voucher="00000003"),
    )
    cluster.show_payment(picture(standing=PaymentStanding.PAID, settled=True, paid_total=Decimal(1160)))
    cluster.show_payment(
        picture("2", voucher_id="00000002", standing=PaymentStanding.ON_HOLD, on_hold=True, hold_reason="AMT")
    )
    assert "CHK 77" in run("payments", "list").output
    assert "There is no such voucher." in run("payments", "list", "--standing", "reopened").output
    assert run("payments", "list", "--standing", "nonsense").exit_code == 2


@pytest.mark.parametrize("name", ["1", "2026/1", "00012345", "US001/00012345"])
def test_the_page_has_the_whole_picture_by_any_name(
    cluster: Any, run: Any, rested: Make, picture: Make, name: str
) -> None:
    cluster.put(rested("1", step=Step.PAID, payment=STATE, currency="USD"), rested("2", voucher="00000002"))
    cluster.show_payment(
        picture(
            standing=PaymentStanding.PAID, settled=True, paid_total=Decimal(1160), payment_date=date(2026, 11, 20),
            instalments=(PART,), withheld=Decimal(5), exceptions=(MATCH,), unknown=("PYMNT_SELCT_STATUS Q",),
            disagreements=("the inquiry says scheduled",), voucher=VoucherStatus(entry="P", match="M"),
        )
    )  # fmt: skip
    said = run("payments", "show", name)
    assert said.exit_code == 0, said.output
    for words in (
        "Voucher US001/00012345 of invoice 2026/1, acme",
        "paid: 1160.00 USD of 1160.00 USD, 2026-11-20, settled",
        "5.00 USD, not paid to the supplier",
        "does not match its order (for ",
        "PYMNT_SELCT_STATUS Q: nothing is told before a rule knows it",
        "the inquiry says scheduled",
        "entry P, match M, approval -",
        "P/S P/-",
        "1010.50 EUR",
        "0000004711 CHK",
        "1160.00 USD paid, date 2026-11-20, not blocked, reference CHK 77: Paid in full.",
    ):
        assert words in said.output, words
    (page,) = shown(run, "show", name)
    assert page["picture"]["instalments"][0]["selection"] == "P"


def test_what_no_poll_has_shown_and_what_is_under_way_is_told_as_such(
    cluster: Any, run: Any, rested: Make
) -> None:
    partly = replace(TOLD, settled=False, paid_total=Decimal(500))
    under_way = replace(STATE, told=None, report=PaymentReport(number=1, told=partly))
    cluster.put(rested("1"), rested("2", voucher="00000002", step=Step.REPORT_PAYMENT, payment=under_way))
    assert "not seen yet" in run("payments", "show", "1").output
    said = run("payments", "show", "00000002").output
    assert "nothing of the payment yet" in said
    assert "number 1, not sent yet: 500.00 paid" in said


def test_an_invoice_without_a_voucher_has_no_payment(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    said = run("payments", "show", "1")
    assert said.exit_code == 1
    assert "`apstream invoice show 1` says where it stands" in said.output
    assert run("payments", "show", "00099999").exit_code == 1


def test_exceptions_are_listed_longest_first_with_what_helps(
    cluster: Any, run: Any, rested: Make, picture: Make
) -> None:
    recycled = replace(MATCH, kind=ExceptionKind.RECYCLED, since=NOW - timedelta(days=30))
    cluster.put(rested("1"), rested("2", voucher="00000002"))
    cluster.show_payment(picture(exceptions=(MATCH,)))
    cluster.show_payment(picture("2", voucher_id="00000002", exceptions=(recycled,)))
    assert [each["kind"] for each in shown(run, "exceptions")] == ["recycled", "match_exception"]
    assert "The buyer" in run("payments", "exceptions", "--connection", "acme").output
    cluster.show_payment(picture(poll_offset=8))
    cluster.show_payment(picture("2", voucher_id="00000002", poll_offset=8))
    assert run("payments", "exceptions").output == "No voucher is an exception.\n"


def test_run_now_orders_a_poll_and_tells_how_it_ended(cluster: Any, run: Any) -> None:
    cluster.outcomes = [(PollOutcome.COMPLETE, ""), (PollOutcome.FAILED, "the gateway is away")]
    said = run("payments", "run-now", "acme")
    assert said.exit_code == 0, said.output
    assert "payments: changes poll complete in" in said.output
    failed = run("payments", "run-now", "acme", "--full", "--reason", "after the outage")
    assert failed.exit_code == 1
    assert "the gateway is away" in failed.output
    commands = [order.command for order in cluster.orders]
    assert [(each.ledger, each.record_id, each.action, each.reason) for each in commands] == [
        (CommandedLedger.PAYMENTS, "payments", Action.RUN_NOW, "polled by hand"),
        (CommandedLedger.PAYMENTS, "payments", Action.RUN_FULL, "after the outage"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("acme", "--wait", "0"), "no answer in 0 s"), (("nobody",), "there is no connection nobody")],
)
def test_a_poll_that_is_not_carried_out_has_status_1(
    cluster: Any, run: Any, arguments: tuple[str, ...], says: str
) -> None:
    cluster.silent = True
    said = run("payments", "run-now", *arguments)
    assert said.exit_code == 1
    assert says in said.output


def test_nothing_is_polled_in_shadow_mode(cluster: Any, run: Any) -> None:
    cluster.connect(version=2, payments=SECTION, mode="shadow")
    said = run("payments", "run-now", "acme")
    assert said.exit_code == 1
    assert "shadow mode" in said.output
    assert "shadow mode" in run("payments", "status").output


@pytest.mark.parametrize(
    ("stands", "says"),
    [
        (
            {"step": Step.PAID, "payment": STATE},
            "Paid (voucher 00012345 in US001), and Basware knows it: 1160.00",
        ),
        ({"step": Step.PAID}, "Over without money"),
        ({"payment": STATE}, "Of its payment Basware knows: 1160.00"),
        ({"linked": True}, "A person named voucher 00012345 in US001 for it"),
        ({"phase": Phase.WAITING, "step": Step.REPORT_PAYMENT}, "being told of its payment"),
        ({"phase": Phase.WAITING, "step": Step.CONFIRM_PAYMENT}, "whether it took that over"),
        ({"phase": Phase.WAITING, "step": Step.LINK}, "whether it can stand for it"),
    ],
)
def test_the_sentence_of_an_invoice_tells_of_its_payment(
    rested: Make, stands: dict[str, Any], says: str
) -> None:
    made = rested(**stands)
    assert says in standing(Invoice(key=made.key, connection_id="acme", entry=made))


def test_the_invoice_page_shows_the_payment(cluster: Any, run: Any, rested: Make, picture: Make) -> None:
    cluster.put(rested("1", step=Step.PAID, payment=STATE, currency="USD", linked=True))
    cluster.show_payment(
        picture(standing=PaymentStanding.PAID, settled=True, paid_total=Decimal(1160), exceptions=(MATCH,))
    )
    said = run("invoice", "show", "1").output
    assert "paid: 1160.00 USD of 1160.00 USD, settled" in said
    assert "linked by a person" in said
    assert "exception      does not match its order" in said
    page = json.loads(run("invoice", "show", "1", "--json").output)
    assert page["payment"]["settled"] is True
    assert page["payment"]["exceptions"] == ["match_exception"]
