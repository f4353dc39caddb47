"""Whatever happens to a document, in whatever order: numbers without a gap, and nothing is missed for good."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from ap_domain.command import Action, Command, CommandedLedger
from ap_domain.document import AccountingDocument
from ap_domain.fetch_state import Step
from ap_domain.notification import NotificationSource
from chassis.ledger.entry import Phase
from chassis.ledger.machine import Input
from chassis.ledger.outcomes import Done, Outcome, Parked
from hypothesis import given
from hypothesis import strategies as st
from ingress.documents.core.answers import HandedOver, Missing
from ingress.documents.core.machine import FETCH
from ingress.documents.core.sweeping import Finding, judge, task_id

from .one_document import MACHINE, NOW, FetchEntry, after, ended, fetched, fingerprint, notified


def commanded(entry: FetchEntry | None, action: Action) -> FetchEntry | None:
    command = Command(
        command_id="c",
        connection_id="acme",
        ledger=CommandedLedger.DOCUMENTS,
        record_id="inv",
        action=action,
        reason="because",
        actor="ada",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=1),
        expected_sequence=entry.sequence if entry else 0,
    )
    record = Input(
        topic="commands", partition=0, offset=0, key="acme/inv", connection_id="acme", payload=command
    )
    return MACHINE.received(entry, record, now=NOW).entry


def listed_as(entry: FetchEntry | None, digest: str) -> FetchEntry | None:
    """After a sweep has seen the document with this content, and told if it found that worth telling."""
    found = fingerprint(content_digest=digest)
    task = task_id("inv", found)
    if judge(entry, found, task=task, shadow=False) is Finding.KNOWN:
        return entry
    return notified(entry, task, source=NotificationSource.SWEEP)


DIGESTS = st.sampled_from(["d1", "d2", "d3"])
UNANSWERED: dict[str, Outcome] = {
    "parked": Parked(reason="p"),
    "missing": Done(value=Missing(said="404")),
    "handed over": Done(value=HandedOver(to="beta", company_code="BW01", content_digest="d")),
}
EVENTS = st.one_of(
    st.tuples(st.just("webhook"), st.integers(0, 5).map(str)),
    st.tuples(st.just("sweep"), DIGESTS),
    st.tuples(st.just("fetched"), DIGESTS),
    st.tuples(st.just("unanswered"), st.sampled_from([*UNANSWERED])),
    st.tuples(st.just("command"), st.sampled_from([*Action])),
)


@given(st.lists(EVENTS, max_size=60), st.booleans())
def test_in_any_order_numbers_have_no_gap_and_no_two_in_a_row_are_equal(
    plan: list[tuple[str, str]], unchanged: bool
) -> None:
    entry: FetchEntry | None = None
    published: list[AccountingDocument] = []
    for sequence, (what, value) in enumerate(plan):
        if what == "webhook":
            entry = notified(entry, value)
        elif what == "sweep":
            entry = listed_as(entry, value)
        elif what == "command":
            entry = commanded(entry, Action(value))
        elif entry is not None and entry.phase is Phase.WAITING:
            outcome = UNANSWERED[value] if what == "unanswered" else fetched(content_digest=value)
            decision = ended(entry, outcome, unchanged=unchanged)
            for fact in decision.facts:
                assert isinstance(fact.payload, AccountingDocument)
                published.append(fact.payload)
            entry = decision.entry
        if entry is not None:
            entry = replace(entry, sequence=sequence)
            assert entry.phase in (Phase.WAITING, Phase.PARKED, Phase.FINAL)
            assert (MACHINE.call(entry) == FETCH) is (entry.step == Step.FETCH)
            assert entry.phase is not Phase.FINAL or entry.step == Step.FETCHED
    assert [each.fetch_number for each in published] == list(range(1, len(published) + 1))
    digests = [each.content_digest for each in published]
    assert all(one != other for one, other in pairwise(digests))


@given(
    st.lists(EVENTS.filter(lambda event: event[1] not in ("discard", "parked", "handed over")), max_size=40),
    DIGESTS,
)
def test_what_nobody_put_away_is_published_as_the_sweep_lists_it(
    plan: list[tuple[str, str]], listed: str
) -> None:
    """Whatever came before, also fetches that brought an older state than the list had shown."""
    entry: FetchEntry | None = None
    for what, value in plan:
        if what == "webhook":
            entry = notified(entry, value)
        elif what == "sweep":
            entry = listed_as(entry, value)
        elif what != "command" and entry is not None and entry.phase is Phase.WAITING:
            entry = after(entry, UNANSWERED.get(value) or fetched(content_digest=value))
    for _ in range(3):
        entry = listed_as(entry, listed)
        if entry is not None and entry.phase is Phase.WAITING:
            entry = after(entry, fetched(content_digest=listed))
    assert entry is not None
    assert entry.body.fingerprint == str(fingerprint(content_digest=listed))
