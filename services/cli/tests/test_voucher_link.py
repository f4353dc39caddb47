"""A person names the voucher of an invoice: plan, question, order, and what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger, VoucherLink
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase

Make = Callable[..., Any]

VOUCHER = ("--business-unit", "US001", "--voucher", "00054321", "--reason", "keyed by hand")


def test_the_voucher_of_a_parked_invoice_is_planned_ordered_and_linked(
    cluster: Any, run: Any, entry: Make
) -> None:
    cluster.put(entry("1"))
    said = run("voucher", "link", "2026/000001", *VOUCHER, "--yes")
    assert said.exit_code == 0, said.output
    assert "It waits for a person: the period is closed." in said.output
    assert said.output.index("plan: voucher US001/00054321") < said.output.index("linked: 2026/000001")
    assert "has no section payments" in said.output
    (order,) = cluster.orders
    assert (order.command.ledger, order.command.action) == (CommandedLedger.VOUCHERS, Action.LINK)
    assert (order.command.record_id, order.command.expected_sequence) == ("1", 4)
    assert order.command.reason == "keyed by hand"
    assert order.command.voucher == VoucherLink(
        business_unit="US001", voucher_id="00054321", invoice_number="2026/000001"
    )
    linked = cluster.invoices["acme/1"]
    assert (linked.phase, linked.step, linked.body.linked) == (Phase.FINAL, Step.CONFIRMED, True)


def test_an_invoice_that_is_not_known_is_named_by_its_id_and_number(cluster: Any, run: Any) -> None:
    arguments = ("voucher", "link", "2025/000977", *VOUCHER, "--invoice-id", "77", "--yes")
    assert run(*arguments).exit_code == 2, "an id says nothing of the connection"
    said = run(*arguments, "--connection", "acme")
    assert said.exit_code == 0, said.output
    assert "not known in the ledger of vouchers" in said.output
    (order,) = cluster.orders
    assert (order.command.record_id, order.command.expected_sequence) == ("77", 0)
    assert order.command.voucher.invoice_number == "2025/000977"
    again = run(*arguments, "--connection", "acme")
    assert again.exit_code == 1
    assert "stands for it already" in again.output


def test_a_known_invoice_without_number_needs_it(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1", number="", step=Step.WITHDRAWN))
    said = run("voucher", "link", "1", *VOUCHER, "--yes")
    assert said.exit_code == 1
    assert "--invoice-id 1" in said.output
    arguments = ("2026/000001", *VOUCHER, "--invoice-id", "1", "--connection", "acme", "--yes")
    assert run("voucher", "link", *arguments).exit_code == 0
    assert cluster.orders[0].command.expected_sequence == 4


def test_what_peoplesoft_refuses_leaves_the_invoice_where_it_was_and_says_why(
    cluster: Any, run: Any, entry: Make
) -> None:
    cluster.put(entry("1"))
    cluster.peoplesoft = {"00054321": "it is deleted"}
    said = run("voucher", "link", "1", *VOUCHER, "--yes")
    assert said.exit_code == 1
    assert "voucher US001/00054321 was not linked: it is deleted." in said.output
    assert cluster.invoices["acme/1"].phase is Phase.PARKED


def test_a_link_that_takes_longer_goes_on(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    cluster.peoplesoft = None
    said = run("voucher", "link", "1", *VOUCHER, "--yes", "--wait", "0")
    assert said.exit_code == 1
    assert "waiting: 2026/000001" in said.output
    assert "`apstream invoice show 1` shows how it ends" in said.output
    assert "It waits" not in run("invoice", "show", "1").output
    assert "being linked   voucher US001/00054321" in run("invoice", "show", "1").output


def test_without_an_answer_it_says_where_to_look(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    cluster.silent = True
    said = run("voucher", "link", "1", *VOUCHER, "--yes", "--wait", "0")
    assert said.exit_code == 1
    assert "apstream audit show --connection acme --record 1" in said.output


def test_nothing_is_ordered_without_a_yes(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    assert run("voucher", "link", "1", *VOUCHER, input="n\n").exit_code == 1
    assert not cluster.orders


@pytest.mark.parametrize(
    ("stands", "arguments", "says"),
    [
        ({"phase": Phase.WAITING}, VOUCHER, "neither parked nor over"),
        ({"doubt": True}, VOUCHER, "resubmit it first"),
        ({}, (*VOUCHER[:1], "DE001", *VOUCHER[2:]), "DE001 is no business unit of acme; it serves US001"),
        ({}, (*VOUCHER[:-1], " "), "--reason must say why"),
        ({}, (*VOUCHER[:3], " ", *VOUCHER[4:]), "must name the voucher"),
        ({}, (*VOUCHER, "--connection", "nobody"), "there is no connection nobody"),
        (
            {},
            (*VOUCHER, "--connection", "acme", "--invoice-id", "1"),
            "1 has the number 2026/000001 here, not 1",
        ),
    ],
)
def test_what_cannot_be_linked_is_refused_before_it_is_ordered(
    cluster: Any, run: Any, entry: Make, *, stands: dict[str, Any], arguments: tuple[str, ...], says: str
) -> None:
    cluster.put(entry("1", **stands))
    said = run("voucher", "link", "1", *arguments, "--yes")
    assert said.exit_code == 1
    assert says in said.output
    assert not cluster.orders


def test_of_several_with_one_number_one_must_be_named(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"), entry("2"))
    said = run("voucher", "link", "2026/000001", *VOUCHER, "--yes")
    assert said.exit_code == 1
    assert "2 are meant" in said.output
    assert run("voucher", "link", "2", *VOUCHER, "--yes").exit_code == 0
