"""What the document ledger writes comes back as it was."""

from datetime import UTC, datetime

from ap_domain.fetch_state import FetchState, Step
from chassis.ledger.entry import Entry, Phase, Started, Stop
from chassis.records import DOCUMENT_ENTRY
from hypothesis import given
from hypothesis import strategies as st

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
counts = st.integers(0, 2**31 - 1)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
started = st.builds(
    Started, at=instants, number=counts, settle_seconds=st.floats(0, 1e6), request_digest=texts
)
entries: st.SearchStrategy[Entry[FetchState]] = st.builds(
    Entry,
    key=texts,
    connection_id=texts,
    sequence=counts,
    phase=st.sampled_from(Phase),
    step=st.sampled_from(Step),
    since=st.none() | instants,
    due=st.none() | instants,
    attempts=counts,
    looks=counts,
    reason=texts,
    started=st.none() | started,
    stop=st.none() | st.builds(Stop, flow=texts, connection_version=counts, at=instants, reason=texts),
    trace_id=texts,
    body=st.builds(
        FetchState,
        invoice_id=texts,
        fetch_number=counts,
        fingerprint=texts,
        again=st.booleans(),
        tasks=st.lists(texts, max_size=20).map(tuple),
        webhook_at=st.none() | instants,
    ),
)


@given(entries)
def test_an_entry_comes_back_as_it_was_written(entry: Entry[FetchState]) -> None:
    assert DOCUMENT_ENTRY.decode(DOCUMENT_ENTRY.encode(entry)) == entry
