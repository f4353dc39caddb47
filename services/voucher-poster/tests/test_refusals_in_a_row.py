"""One refusal too many stops the flow in its place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from ap_domain.invoice_state import InvoiceState, Step
from chassis.connections import Connection
from chassis.ledger.entry import Entry
from chassis.ledger.outcomes import Done, InDoubt, Outcome, Parked, Rejected, Retry, Stopped
from voucher_poster.adapters.refusals_in_a_row import RefusalsInARow

MakeEntry = Callable[..., Entry[InvoiceState]]
TWO_THEN_STOP: list[type[Outcome]] = [Rejected, Rejected, Stopped]
NO = Rejected(reason="Account 1 is blank.")


class Row:
    """Three refusals of different invoices stop the flow."""

    def __init__(self, connection: Connection, entry: Entry[InvoiceState]) -> None:
        self._refusals = RefusalsInARow()
        self._entry = entry
        self.connection = replace(connection, peoplesoft=replace(connection.peoplesoft, refusals_in_a_row=3))

    def ends(self, invoice: str, outcome: Outcome = NO, *, call: str = "look", of: str = "acme") -> Outcome:
        entry = replace(self._entry, key=f"{of}/{invoice}", connection_id=of)
        return self._refusals.seen(outcome, entry, replace(self.connection, id=of), call=call)


@pytest.fixture
def row(connection: Connection, make_entry: MakeEntry) -> Row:
    return Row(connection, make_entry(Step.POST))


def test_the_third_invoice_in_a_row_stops_the_flow_and_says_what_to_do(row: Row) -> None:
    assert [row.ends("a"), row.ends("b", call="create")] == [NO, NO]
    stopped = row.ends("c")
    assert isinstance(stopped, Stopped)
    assert stopped.connection_version == 7
    assert stopped.reason.startswith("3 invoices in a row were refused, the last one: Account 1 is blank.")
    assert "resume the flow" in stopped.reason


def test_after_the_stop_the_count_begins_anew(row: Row) -> None:
    outcomes = [type(row.ends(name)) for name in "abcdef"]
    assert outcomes == TWO_THEN_STOP * 2


def test_the_same_invoice_again_counts_once(row: Row) -> None:
    assert [row.ends(name) for name in "ababab"] == [NO] * 6


def test_a_voucher_that_is_created_ends_the_row(row: Row) -> None:
    for name in "abcd":
        assert row.ends(name) == NO
        assert row.ends(f"good {name}", Done(), call="create") == Done()


def test_a_look_that_finds_nothing_does_not_end_the_row(row: Row) -> None:
    """Where PeopleSoft refuses every create, each of them was preceded by such a look."""
    outcomes = []
    for name in "abc":
        assert row.ends(name, Done()) == Done()
        outcomes.append(type(row.ends(name, call="create")))
    assert outcomes == TWO_THEN_STOP


@pytest.mark.parametrize("between", [Retry(reason="away"), InDoubt(reason="lost"), Parked(reason="what")])
def test_what_says_nothing_about_the_data_neither_counts_nor_ends_the_row(row: Row, between: Outcome) -> None:
    outcomes = []
    for name in "abc":
        assert row.ends(f"other {name}", between, call="create") is between
        outcomes.append(type(row.ends(name)))
    assert outcomes == TWO_THEN_STOP


@pytest.mark.parametrize("call", ["rehearse", "revisit", "settle", "verify"])
def test_only_what_was_to_be_posted_counts(row: Row, call: str) -> None:
    assert [row.ends(name, call=call) for name in "abcd"] == [NO] * 4


def test_each_customer_has_a_row_of_its_own(row: Row) -> None:
    outcomes = [type(row.ends(name, of=of)) for name in "abc" for of in ("acme", "globex")]
    assert [outcomes[0::2], outcomes[1::2]] == [TWO_THEN_STOP, TWO_THEN_STOP]


def test_a_changed_connection_begins_anew(row: Row) -> None:
    row.ends("a")
    row.ends("b")
    row.connection = replace(row.connection, version=8)
    assert [type(row.ends(name)) for name in "cde"] == TWO_THEN_STOP
