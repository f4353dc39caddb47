"""People's decisions about parked invoices, through the command line."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.command import Action, CommandedLedger
from ap_domain.desired_state import DesiredState, FlowState
from ap_domain.invoice_state import Step
from chassis.ledger.entry import Phase

Make = Callable[..., Any]


def test_what_is_parked_in_both_ledgers_is_listed_with_its_reason(
    cluster: Any, run: Any, entry: Make, fetch: Make
) -> None:
    cluster.put(
        entry("1"),
        entry("2", number="2", phase=Phase.WAITING, reason="not parked yet"),
        fetch("3", reason="too [b]large"),
    )
    said = run("parked", "list")
    assert said.exit_code == 0
    assert "the period is closed" in said.output
    assert "too [b]large" in said.output, "texts of remotes are shown as they are"
    assert "not parked yet" not in said.output
    listed = [json.loads(line) for line in run("parked", "list", "--json").output.splitlines()]
    assert {(each["invoice_id"], each["ledger"]): each["may_be_done"] for each in listed} == {
        ("1", "vouchers"): ["resubmit", "send_back", "discard", "link"],
        ("3", "documents"): ["resubmit", "discard"],
    }


def test_texts_of_remotes_cannot_steer_the_terminal(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1", reason="\x1b[2Jred\x07 alert"))
    for arguments in (("list",), ("show", "1")):
        output = run("parked", *arguments).output
        assert "alert" in output
        assert not {"\x1b", "\x07"} & set(output)


def test_showing_one_tells_its_steps_and_what_each_command_would_do(
    cluster: Any, run: Any, entry: Make, event: Make, voucher: Any
) -> None:
    cluster.put(entry("1", voucher=voucher, posted_revision="old", doubt=True))
    cluster.audit = [
        event("posted", second=1, voucher="00012345", **{"business unit": "US001", "status": "P"})
    ]
    output = run("parked", "show", "2026/000001").output
    assert "It waits for a person: the period is closed." in output
    assert "US001, supplier SHARE/0000000007, invoice 2026/000001, dated 2026-11-20, gross 1160" in output
    assert "created voucher US001/00012345" in output
    assert "send-back  refused: voucher 00012345 exists" in output


@pytest.mark.parametrize(
    ("command", "action"),
    [("resubmit", Action.RESUBMIT), ("send-back", Action.SEND_BACK), ("discard", Action.DISCARD)],
)
def test_a_decision_is_planned_ordered_and_answered(
    cluster: Any, run: Any, entry: Make, command: str, action: Action
) -> None:
    cluster.put(entry("1"))
    said = run("parked", command, "2026/000001", "--reason", " the  period\nopened ", "--yes")
    assert said.exit_code == 0, said.output
    assert said.output.index("plan: ") < said.output.index("done: 2026/000001")
    (order,) = cluster.orders
    assert order.shard == 3
    assert (order.command.action, order.command.ledger) == (action, CommandedLedger.VOUCHERS)
    assert (order.command.record_id, order.command.expected_sequence) == ("1", 4)
    assert (order.command.reason, order.command.actor) == ("the period opened", "ann")
    assert order.command.expires_at - order.command.issued_at == timedelta(minutes=10)


def test_nothing_is_ordered_without_a_yes(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    assert run("parked", "discard", "1", "--reason", "by hand", input="n\n").exit_code == 1
    assert run("parked", "discard", "1", "--reason", "by hand", input="").exit_code == 1
    assert cluster.orders == []
    assert run("parked", "discard", "1", "--reason", "by hand", input="y\n").exit_code == 0
    assert len(cluster.orders) == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_reason_must_say_something_and_fit_the_clerks_message(
    cluster: Any, run: Any, entry: Make, reason: str
) -> None:
    cluster.put(entry("1"))
    said = run("parked", "send-back", "1", "--reason", reason, "--yes")
    assert said.exit_code == 1
    assert "must say why" in said.output
    assert cluster.orders == []


@pytest.mark.parametrize("command", ["resubmit", "send-back", "discard"])
def test_a_reason_is_required(cluster: Any, run: Any, command: str) -> None:
    assert run("parked", command, "1", "--yes").exit_code == 2


def test_what_the_plan_refuses_is_not_ordered(cluster: Any, run: Any, entry: Make, voucher: Any) -> None:
    cluster.put(entry("1", voucher=voucher, posted_revision="revision 1"))
    said = run("parked", "send-back", "1", "--reason", "wrong", "--yes")
    assert said.exit_code == 1
    assert "voucher 00012345 exists" in said.output
    assert cluster.orders == []


def test_what_is_over_in_both_ledgers_is_refused_as_over_and_not_as_ambiguous(
    cluster: Any, run: Any, entry: Make, fetch: Make
) -> None:
    cluster.put(entry("1", phase=Phase.FINAL, step=Step.DISCARDED), fetch("1", phase=Phase.FINAL))
    said = run("parked", "resubmit", "1", "--reason", "again", "--yes")
    assert said.exit_code == 1
    assert "not parked" in said.output
    assert cluster.orders == []


def test_an_invoice_that_moved_meanwhile_is_refused_by_its_owner(
    cluster: Any, run: Any, entry: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.put(entry("1"))
    carry_out = cluster.carry_out

    async def moved_first(orders: Any, **more: Any) -> None:
        cluster.put(entry("1", phase=Phase.FINAL, step=Step.CONFIRMED))
        await carry_out(orders, **more)

    monkeypatch.setattr(cluster, "carry_out", moved_first)
    said = run("parked", "resubmit", "1", "--reason", "again", "--yes")
    assert said.exit_code == 1
    assert "REFUSED: 2026/000001" in said.output


def test_without_an_answer_it_says_where_to_look_and_until_when(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(entry("1"))
    cluster.silent = True
    said = run("parked", "resubmit", "1", "--reason", "again", "--yes", "--wait", "0")
    assert said.exit_code == 1
    assert "stays durable" in said.output
    assert "apstream audit show --connection acme --record 1" in said.output


def test_an_ambiguous_number_is_refused_with_the_candidates(cluster: Any, run: Any, entry: Make) -> None:
    cluster.connect("other")
    cluster.put(entry("1"), entry("2", connection="other"))
    said = run("parked", "discard", "2026/000001", "--reason", "x", "--yes")
    assert said.exit_code == 1
    assert "2 are meant" in said.output
    assert "other" in said.output
    assert cluster.orders == []
    assert (
        run("parked", "discard", "2026/000001", "--connection", "other", "--reason", "x", "--yes").exit_code
        == 0
    )
    assert cluster.orders[0].command.record_id == "2"


def test_a_fetch_and_a_posting_parked_at_once_need_the_ledger_named(
    cluster: Any, run: Any, entry: Make, fetch: Make
) -> None:
    cluster.put(entry("1"), fetch("1"))
    assert run("parked", "resubmit", "2026/000001", "--reason", "x", "--yes").exit_code == 1
    assert run("parked", "resubmit", "1", "--ledger", "documents", "--reason", "x", "--yes").exit_code == 0
    assert cluster.orders[0].command.ledger is CommandedLedger.DOCUMENTS


def test_all_that_are_parked_alike_are_resubmitted_together(cluster: Any, run: Any, entry: Make) -> None:
    cluster.put(*(entry(str(n), number=f"n{n}") for n in range(30)), entry("99", reason="another reason"))
    said = run("parked", "resubmit", "--all-like", "period is closed", "--reason", "opened", "--yes")
    assert said.exit_code == 0, said.output
    assert {order.command.record_id for order in cluster.orders} == {str(n) for n in range(30)}
    assert run("parked", "resubmit", "--all-like", "nowhere", "--reason", "x", "--yes").exit_code == 1


@pytest.mark.parametrize("arguments", [[], ["1", "--all-like", "x"]])
def test_resubmit_wants_one_invoice_or_all_alike(run: Any, cluster: Any, arguments: list[str]) -> None:
    assert run("parked", "resubmit", *arguments, "--reason", "x").exit_code == 2


def test_a_flow_that_does_not_run_is_told_with_the_plan(cluster: Any, run: Any, entry: Make) -> None:
    made = entry("1")
    cluster.put(made)
    cluster.words.append(
        DesiredState(
            connection_id="acme",
            flow="peoplesoft",
            state=FlowState.PAUSED,
            version=1,
            connection_version=1,
            reason="month end",
            actor="ann",
            at=made.since,
        )
    )
    said = run("parked", "resubmit", "1", "--reason", "again", "--yes")
    assert "peoplesoft is paused (month end)" in said.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["parked", "list", "--connection", "nobody"],
        ["parked", "show", "1", "--connection", "nobody"],
        ["parked", "show", "unknown"],
        ["invoice", "show", "unknown"],
        ["flow", "status", "nobody"],
    ],
)
def test_what_does_not_exist_is_refused(cluster: Any, run: Any, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.exit_code == 1
    assert "refused: " in said.output
