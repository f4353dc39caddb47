"""An invoice's page: the sentence, the facts, the steps."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ap_domain.desired_state import DesiredState, FlowState
from ap_domain.invoice_state import Step
from ap_domain.posting import VoucherRef
from apstream_cli.invoices import Invoice
from apstream_cli.standing import standing
from apstream_cli.timeline import timeline
from chassis.ledger.entry import Phase

Make = Callable[..., Any]


UNIT = {"business unit": "US001"}


def steps(event: Make) -> list[Any]:
    return [
        event("notified", second=0, service="ingress-documents", task="t", source="webhook"),
        event("published", second=1, service="ingress-documents", fetch="1", status="WaitingForTransfer"),
        event("received", second=1, fetch="1", status="WaitingForTransfer", revision="r"),
        *(event("retry", second=second, reason="no connection", attempt="1") for second in range(2, 8)),
        event("posted", second=9, voucher="00012345", status="R", warnings="vendor on hold", **UNIT),
        event("reported", second=12, success="true", message="Posted as voucher 00012345."),
        event("something nobody heard of yet", second=13, how="somehow"),
    ]  # fmt: skip


def test_the_page_tells_where_it_stands_and_each_step_with_its_time(
    cluster: Any, run: Any, *, entry: Make, fetch: Make, event: Make, voucher: VoucherRef
) -> None:
    cluster.put(
        entry("1", phase=Phase.FINAL, step=Step.CONFIRMED, voucher=voucher, reason=""),
        fetch("1", phase=Phase.FINAL),
    )
    cluster.audit = steps(event)
    for name in ("2026/000001", "1"):
        output = run("invoice", "show", name).output
        assert "Posted as voucher 00012345 in US001, and Basware has confirmed the number." in output
        assert "2026-11-22 12:00:00.000000Z  +0.00 s   ingress-documents webhook from Basware" in output
        assert "tried again later: no connection (6 times, until 12:00:07)" in output
        assert "+2.00 s   voucher-poster    created voucher US001/00012345, entry status R" in output
        assert "PeopleSoft warned: vendor on hold" in output
        assert "something nobody heard of yet: how somehow" in output
        assert "fetching" in output
    page = json.loads(run("invoice", "show", "1", "--json").output)
    assert (page["phase"], page["voucher"], len(page["steps"])) == ("final", "US001/00012345", 12)


def test_all_invoices_of_a_number_are_shown_newest_first(
    cluster: Any, run: Any, entry: Make, event: Make
) -> None:
    older = entry("1")
    cluster.put(older, entry("2", since=older.since + timedelta(days=1)))
    cluster.audit = [event("received", record="acme/1"), event("acknowledged", record="acme/2")]
    pages = [json.loads(line) for line in run("invoice", "show", "2026/000001", "--json").output.splitlines()]
    assert [page["invoice_id"] for page in pages] == ["2", "1"]
    assert [page["steps"][0]["action"] for page in pages] == ["acknowledged", "received"]


def test_a_flow_that_holds_it_up_is_told(cluster: Any, run: Any, entry: Make) -> None:
    made = entry("1", phase=Phase.WAITING, reason="")
    cluster.put(made)
    cluster.words.append(
        DesiredState(
            connection_id="acme", flow="peoplesoft", state=FlowState.PAUSED, version=1, connection_version=1,
            reason="month end", actor="ann", at=made.since,
        )
    )  # fmt: skip
    output = run("invoice", "show", "1").output
    assert "It waits to be posted in PeopleSoft." in output
    assert "held up        acme: peoplesoft is paused (month end)" in output


RECYCLED = VoucherRef(business_unit="US001", voucher_id="1", entry_status="R")


@pytest.mark.parametrize(
    ("stands", "says"),
    [
        ({"phase": Phase.PARKED}, "waits for a person: the period is closed."),
        ({"phase": Phase.STARTED}, "being created"),
        ({"phase": Phase.IN_DOUBT, "doubt": True}, "no answer came"),
        ({"phase": Phase.STOPPED, "reason": "password refused"}, "flow is stopped: password refused."),
        ({"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE}, "Basware is being told"),
        ({"phase": Phase.WAITING, "step": Step.REPORT}, "being reported"),
        ({"phase": Phase.WAITING, "step": Step.REHEARSE}, "shadow mode"),
        (
            {"phase": Phase.WAITING, "step": Step.ACKNOWLEDGE, "rehearsal": "would be posted"},
            "would be posted",
        ),
        (
            {"phase": Phase.FINAL, "step": Step.CONFIRMED, "voucher": RECYCLED},
            "accounts payable has to complete it",
        ),
        ({"phase": Phase.FINAL, "step": Step.WITHDRAWN}, "Withdrawn in Basware"),
        (
            {"phase": Phase.FINAL, "step": Step.DISCARDED, "reason": "keyed by hand"},
            "by hand: keyed by hand.",
        ),
    ],
)
def test_the_sentence_is_one_a_clerk_understands(entry: Make, stands: dict[str, Any], says: str) -> None:
    made = entry(**stands)
    assert says in standing(Invoice(key=made.key, connection_id="acme", entry=made))


def test_every_step_and_phase_has_a_sentence(entry: Make, fetch: Make) -> None:
    for phase in Phase:
        for step in Step:
            made = entry(phase=phase, step=step)
            assert standing(Invoice(key=made.key, connection_id="acme", entry=made)).endswith(".")
        fetched = fetch(phase=phase)
        assert standing(Invoice(key=fetched.key, connection_id="acme", fetch=fetched)).endswith(".")


def test_what_went_back_is_told_in_the_words_basware_got(entry: Make, event: Make) -> None:
    made = entry(phase=Phase.FINAL, step=Step.RETURNED, reason="")
    told = [event("reported", success="false", message="Cost centre 4711 is closed.")]
    invoice = Invoice(key=made.key, connection_id="acme", entry=made)
    assert "Cost centre 4711 is closed." in standing(invoice, told)
    assert standing(invoice).endswith(".")


def test_times_in_the_timeline_are_since_the_step_before(event: Make) -> None:
    moments = timeline(steps(event))
    assert [moment.after.total_seconds() for moment in moments] == [0, 1, 0, 1, 2, 3, 1]
    assert [moment.times for moment in moments] == [1, 1, 1, 6, 1, 1, 1]
