"""What the table and the verdict show of invoices that did and did not come out as expected."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from ap_domain.audit import AuditEvent
from devstack.demo.books_check import check_books
from devstack.demo.coders_choice import Choice
from devstack.demo.evidence import Evidence
from devstack.demo.judgement import problems
from devstack.demo.master_data import MasterDataTold
from devstack.demo.payments import PaymentsTold
from devstack.demo.result_table import Result, result_table, steps
from devstack.demo.verdict import Verdict, show_verdict
from rich.console import Console

from .conftest import APPROVED_AT

MakeEvidence = Callable[..., Evidence]
MakeEvent = Callable[..., AuditEvent]


def _shown(what: object, *, width: int = 200) -> str:
    screen = io.StringIO()
    Console(file=screen, width=width).print(what)
    return screen.getvalue()


CHOICE = Choice(entity="suppliers", pickable=1976, accepted=1976, problems=())


def _verdict(
    *evidences: Evidence,
    violations: tuple[dict[str, str], ...] = (),
    choice: Choice = CHOICE,
    broken: tuple[str, ...] = (),
    paid: PaymentsTold | None = None,
) -> Verdict:
    results = [Result(evidence=each, approved_at=APPROVED_AT, problems=problems(each)) for each in evidences]
    books = [check_books("acme", evidences, evidences[0].vouchers)]
    told = MasterDataTold(connection="acme", problems=list(broken))
    return Verdict(
        results=results,
        books=books,
        violations=violations,
        master_data=told,
        choices=[choice],
        payments=paid or PaymentsTold(),
    )


def _said(verdict: Verdict) -> str:
    screen = io.StringIO()
    console = Console(file=screen, width=200, soft_wrap=True)
    show_verdict(verdict, console=console, seconds=1.0, logs=Path("run") / "logs")
    return screen.getvalue()


def test_the_table_has_steps_voucher_and_both_sides(make_evidence: MakeEvidence) -> None:
    shown = _shown(result_table(_verdict(make_evidence()).results))
    for part in ("A-1", "fetched 0.1", "confirmed 0.7", "US001/00000001", "Transferred", "USD 100.00", "✓"):
        assert part in shown


@pytest.mark.parametrize("width", [80, 120, 240])
def test_the_table_is_not_wider_than_the_terminal(make_evidence: MakeEvidence, width: int) -> None:
    shown = _shown(result_table(_verdict(make_evidence()).results), width=width)
    assert max(len(line) for line in shown.splitlines()) <= width


def test_steps_show_what_is_new_once(make_event: MakeEvent) -> None:
    actions = ("notified", "published", "acknowledged", "notified", "published", "posted", "confirmed")
    again = ("notified", "published", "transferred again", "retry", "retry", "posted")
    events = [make_event(action, after=place) for place, action in enumerate((*actions, *again))]
    assert steps(events, since=APPROVED_AT) == (
        "fetched 1.0, acknowledged 2.0, posted 5.0, confirmed 6.0, fetched 8.0, again 9.0, posted 12.0"
    )


def test_what_the_sweep_found_first_says_so(make_event: MakeEvent) -> None:
    events = [make_event("notified", source="sweep"), make_event("published", after=1)]
    assert steps(events, since=APPROVED_AT) == "swept 0.0, fetched 1.0"


def test_a_verdict_holds_only_if_everything_does(make_evidence: MakeEvidence) -> None:
    assert _verdict(make_evidence()).holds
    assert not _verdict(make_evidence(status="TransferFailed")).holds
    assert not _verdict(
        make_evidence(), violations=({"rule": "calls_in_flight_at_once", "detail": ""},)
    ).holds
    assert not replace(_verdict(make_evidence()), results=[]).holds
    assert not _verdict(make_evidence(), broken=("first load of accounts: 1 refused",)).holds
    assert not _verdict(make_evidence(), choice=replace(CHOICE, problems=["coders cannot pick S1"])).holds


def test_payments_and_the_reconciliation_are_part_of_the_verdict(make_evidence: MakeEvidence) -> None:
    right = _said(_verdict(make_evidence()))
    assert "0 of 0 payments as expected, 0 differences unexplained" in right
    verdict = _verdict(make_evidence(), paid=PaymentsTold(problems=["payments are not in Basware"]))
    assert not verdict.holds
    assert "payments are not in Basware" in _said(verdict)


def test_what_coders_can_pick_is_said(make_evidence: MakeEvidence) -> None:
    right = _said(_verdict(make_evidence()))
    assert "can pick exactly what PeopleSoft accepts: 1,976 suppliers" in right
    assert "master data as expected" in right
    wrong = _said(_verdict(make_evidence(), choice=replace(CHOICE, problems=["coders cannot pick S1"])))
    for part in ("can pick not what PeopleSoft accepts", "acme: coders cannot pick S1", "not as expected"):
        assert part in wrong


def test_what_failed_is_explained_with_its_steps_and_where_to_read_on(make_evidence: MakeEvidence) -> None:
    shown = _said(_verdict(make_evidence(status="TransferFailed")))
    for part in (
        "expected Transferred, is TransferFailed",
        "voucher-poster: acknowledged",
        "logs: run/logs",
        "0 of 1 invoices as expected",
        "invoices make nothing, vouchers USD 100.00",
    ):
        assert part in shown
