"""Payments of the demo: both books compared in the simulators' own words, every deviation said, acts in their order."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from devstack.demo.books_agree import agreements
from devstack.demo.desk import Desk
from devstack.demo.evidence import Evidence
from devstack.demo.payment_books import PaymentSeen, at_peoplesoft
from devstack.demo.payment_table import payment_table
from devstack.demo.payments import PaymentShow, PaymentsTold, Posted
from devstack.errors import Refused
from devstack.scenario import scenario
from devstack.scenario.payments import PaymentAct, PaymentCase, PaymentScript
from rich.console import Console

DAY = date(2026, 11, 23)
VOUCHER = "US001/00000001"
CASE = PaymentCase(key="A-1", connection="acme", kind="paid with discount", told=("discount",))
SUMMARY = {"paid": "98", "discount": "2", "withheld": "0", "open": "0", "cancelled": "0", "netted": "0"}
PEOPLESOFT = {
    "TXN_CURRENCY_CD": "USD",
    "GROSS_AMT": "100.00",
    "summary": {**SUMMARY, "held": False},
    "payments": [
        {"PYMNT_DT": "2026-11-23", "PYMNT_STATUS": "P", "PYMNT_ID_REF": "7"},
        {"PYMNT_DT": "2026-11-24", "PYMNT_STATUS": "V", "PYMNT_ID_REF": "6"},
    ],
}
BASWARE = {
    "status": "Paid",
    "grossSum": 100,
    "paidTotal": 98,
    "cashDiscount": Decimal("2.00"),
    "paymentBlock": False,
    "paymentDate": "2026-11-23T00:00:00Z",
    "checkNumber": "7",
    "refused": 0,
    "logged": 0,
}
SEEN = PaymentSeen(
    case=CASE, number="A-1", voucher=VOUCHER, basware=BASWARE, peoplesoft=PEOPLESOFT, response="less discount"
)
RUN = {"what": "run", "connection": "acme", "compared": 3}
LEFT = {
    "what": "difference",
    "connection": "acme",
    "kind": "amount",
    "invoice_number": "A-1",
    "words": "more",
}


def having(**basware: Any) -> PaymentSeen:
    return replace(SEEN, basware={**BASWARE, **basware})


def test_what_both_books_show_alike_is_no_problem() -> None:
    assert SEEN.agrees
    assert SEEN.problems == []
    assert at_peoplesoft(SEEN) == "USD paid 98, discount 2"


def test_a_credit_note_may_have_another_sign_in_basware() -> None:
    summary = {**SUMMARY, "paid": "-100", "discount": "0", "held": False}
    note = {**PEOPLESOFT, "GROSS_AMT": "-100.00", "summary": summary}
    assert replace(having(paidTotal=100, cashDiscount=None), peoplesoft=note).agrees
    assert not replace(having(paidTotal=-100, cashDiscount=None), peoplesoft=note).agrees


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (having(paidTotal=None), "paidTotal 0"),
        (having(cashDiscount=0), "cashDiscount 0"),
        (having(paymentBlock=True), "paymentBlock True"),
        (having(paymentDate=None), "shows None"),
        (having(paymentDate="2026-11-24T00:00:00Z"), "2026-11-23, Basware shows 2026-11-24"),
        (having(checkNumber="6"), "paid by ['7'], Basware shows 6"),
        (having(status="Transferred"), "expected Paid, is Transferred"),
        (having(refused=1), "did not carry out 1"),
        (replace(SEEN, response=""), "expected 'discount'"),
    ],
)
def test_what_differs_or_is_not_as_expected_is_said(seen: PaymentSeen, word: str) -> None:
    (problem,) = seen.problems
    assert word in problem


def test_a_reconciliation_is_summed_up_by_connection() -> None:
    counts = [
        {"what": "count", "connection": "acme", "stage": "posted", "number": number} for number in (2, 3)
    ]
    lines: list[dict[str, Any]] = [RUN, *counts, {**LEFT, "explained": ""}, {**LEFT, "explained": "it is so"}]
    (found,) = agreements(lines)
    assert (found.connection, found.stages, found.explained) == ("acme", {"posted": 5}, {"amount": 1})
    assert found.unexplained == ["amount: A-1: more"]
    assert PaymentsTold(agreements=[found]).wrong == ["acme: the books differ: amount: A-1: more"]


def test_every_payment_case_is_an_invoice_of_the_demo_that_is_posted() -> None:
    shown = scenario(DAY)
    cases = {case.key: case for case in shown.cases}
    together = {key for each in shown.payments.together for key in each.keys}
    assert together & shown.payments.cases.keys() == set()
    for key in together | shown.payments.cases.keys():
        assert (cases[key].expected.basware, cases[key].expected.vouchers) == ("Transferred", 1), key
    for key, each in shown.payments.cases.items():
        assert (each.key, each.connection) == (key, cases[key].connection)


class FakeDesk:
    """Both systems agree once a poll was ordered."""

    def __init__(self, *, refuses: str = "") -> None:
        self.done: list[str] = []
        self.invoice_id = ""
        self._refuses = refuses

    async def on_voucher(self, connection: str, voucher: str, act: PaymentAct) -> None:
        self._do(f"{act.body['action']} {connection} {voucher}")

    async def pay_cycle(self, connection: str, *, up_to: date) -> list[Any]:
        self._do(f"cycle {connection} {up_to}")
        return [{}]

    async def payments(self, *arguments: str) -> str:
        self._do(arguments[0])
        return "No voucher is an exception." if arguments[0] == "exceptions" else "changes poll complete"

    async def reconcile(self, *arguments: str) -> str:
        self._do(f"reconcile {' '.join(arguments)}")
        return json.dumps(RUN)

    async def paid_in_basware(self, _: str) -> dict[str, Any]:
        return {self.invoice_id: BASWARE if "run-now" in self.done else {**BASWARE, "paidTotal": None}}

    async def paid_in_peoplesoft(self, _: str) -> dict[str, Any]:
        return {VOUCHER: PEOPLESOFT}

    async def payment_response(self, _: Any) -> str:
        return "less discount"

    def _do(self, what: str) -> None:
        if self._refuses and what.startswith(self._refuses):
            raise Refused(f"no {what}")
        self.done.append(what)


def show(desk: FakeDesk, evidence: Evidence) -> tuple[PaymentShow, io.StringIO]:
    desk.invoice_id = evidence.case.invoice_id
    first, then = (
        PaymentAct(body={"action": action}, says=f"{action} is done") for action in ("pay", "void")
    )
    script = PaymentScript(
        up_to=DAY, together=(), cases={CASE.key: replace(CASE, first=(first,), then=(then,))}
    )
    screen = io.StringIO()
    console = Console(file=screen, width=200)
    posted = Posted.among([evidence])
    return PaymentShow(script, posted=posted, desk=cast("Desk", desk), console=console, day=DAY), screen


async def test_it_pays_has_basware_learn_takes_back_and_reconciles(
    make_evidence: Callable[..., Evidence],
) -> None:
    desk = FakeDesk()
    shown, screen = show(desk, make_evidence())
    told = await shown.run()
    assert told.wrong == []
    assert desk.done == [
        f"pay acme {VOUCHER}", "cycle acme 2026-11-23", "run-now", f"void acme {VOUCHER}", "run-now",
        "exceptions", "reconcile --from 2026-11-23 --to 2026-11-23",
    ]  # fmt: skip
    assert "void is done" in screen.getvalue()
    table = io.StringIO()
    Console(file=table, width=200).print(payment_table(told.seen))
    assert "paid with discount" in table.getvalue()


async def test_what_breaks_it_off_is_among_the_problems(make_evidence: Callable[..., Evidence]) -> None:
    shown, _ = show(FakeDesk(refuses="void"), make_evidence())
    assert (await shown.run()).wrong == [f"no void acme {VOUCHER}"]
