"""What a listed document means: told once for each state that the ledger does not know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ap_domain.fetch_state import FetchState, Step
from chassis.ledger.entry import Entry, Phase
from hypothesis import given
from hypothesis import strategies as st
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.sweeping import Finding, judge, just_changed, task_id
from ingress.documents.core.tasks import TASK_PREFIX, TRIES, led_nowhere

WAITS = Fingerprint.made(
    content_digest="d1",
    batch_id="b1",
    processing_status="WaitingForTransfer",
    last_updated=datetime(2026, 6, 1, tzinfo=UTC),
)
BUSY = replace(WAITS, content_digest="d2", processing_status="TransferInProgress")
NEXT_BUSY = replace(BUSY, batch_id="b2")
TASK = task_id("inv", WAITS)


def entry(
    published: Fingerprint | None, *, phase: Phase = Phase.FINAL, tasks: tuple[str, ...] = ()
) -> Entry[FetchState]:
    return Entry(
        key="acme/inv",
        connection_id="acme",
        sequence=3,
        phase=phase,
        step=Step.FETCHED,
        body=FetchState(
            invoice_id="inv", fetch_number=1, fingerprint=str(published) if published else "", tasks=tasks
        ),
    )


def in_vain(published: Fingerprint | None, told: Fingerprint, *, times: int = TRIES) -> Entry[FetchState]:
    """The entry of a document of which the sweep told this so often, and nothing came of it."""
    tasks: tuple[str, ...] = ("t1",)
    for _ in range(times):
        tasks = led_nowhere((*tasks, task_id("inv", told)))
    return entry(published, tasks=tasks)


OTHERWISE, THIRD = replace(WAITS, content_digest="d9"), replace(WAITS, content_digest="d10")
LATER = replace(WAITS, content_digest="d9", last_updated="2026-06-02T00:00:00+00:00")
UNDATED = replace(WAITS, last_updated="")


@pytest.mark.parametrize(
    ("held", "found", "finding"),
    [
        pytest.param(None, WAITS, Finding.MISSED, id="waits, unknown"),
        pytest.param(entry(None), WAITS, Finding.MISSED, id="waits, known by name only"),
        pytest.param(entry(WAITS), WAITS, Finding.KNOWN, id="waits, published"),
        pytest.param(entry(WAITS), OTHERWISE, Finding.CHANGED, id="other content, never touched"),
        pytest.param(
            entry(UNDATED), replace(UNDATED, content_digest="d9"), Finding.MISSED, id="other content"
        ),
        pytest.param(
            in_vain(WAITS, OTHERWISE, times=TRIES - 1), OTHERWISE, Finding.CHANGED, id="told in vain"
        ),
        pytest.param(in_vain(WAITS, OTHERWISE), OTHERWISE, Finding.KNOWN, id="lists write it otherwise"),
        pytest.param(in_vain(WAITS, THIRD), OTHERWISE, Finding.KNOWN, id="each list writes it otherwise"),
        pytest.param(in_vain(WAITS, LATER), LATER, Finding.CHANGED, id="its change is not shown yet"),
        pytest.param(in_vain(None, WAITS, times=1), WAITS, Finding.CHANGED, id="handed over"),
        pytest.param(in_vain(None, WAITS), WAITS, Finding.KNOWN, id="handed over again and again"),
        pytest.param(
            in_vain(WAITS, NEXT_BUSY, times=1), NEXT_BUSY, Finding.CHANGED, id="taken, counted before"
        ),
        pytest.param(entry(WAITS), replace(WAITS, batch_id="b9"), Finding.MISSED, id="other batch"),
        pytest.param(entry(WAITS), replace(WAITS, last_updated="x"), Finding.MISSED, id="other time"),
        pytest.param(entry(BUSY), WAITS, Finding.MISSED, id="transferred again"),
        pytest.param(entry(None, phase=Phase.WAITING), WAITS, Finding.KNOWN, id="its fetch is coming"),
        pytest.param(entry(None, phase=Phase.STOPPED), WAITS, Finding.KNOWN, id="its fetch is stopped"),
        pytest.param(entry(None, phase=Phase.PARKED), WAITS, Finding.CHANGED, id="parked, perhaps mended"),
        pytest.param(
            entry(None, phase=Phase.PARKED, tasks=(TASK,)), WAITS, Finding.KNOWN, id="parked as it is"
        ),
        pytest.param(entry(None, tasks=(TASK,)), WAITS, Finding.KNOWN, id="discarded as it is"),
        pytest.param(None, BUSY, Finding.TAKEN, id="in progress, unknown"),
        pytest.param(entry(None, phase=Phase.PARKED), BUSY, Finding.TAKEN, id="in progress, parked here"),
        pytest.param(entry(WAITS), BUSY, Finding.CHANGED, id="in progress, ours"),
        pytest.param(entry(BUSY), BUSY, Finding.KNOWN, id="in progress, published"),
        pytest.param(entry(WAITS), NEXT_BUSY, Finding.TAKEN, id="in progress, a transfer we never saw"),
        pytest.param(
            entry(WAITS), replace(BUSY, batch_id=""), Finding.CHANGED, id="in progress, no batch id"
        ),
    ],
)
def test_a_listed_document_beside_the_ledger(
    held: Entry[FetchState] | None, found: Fingerprint, finding: Finding
) -> None:
    assert judge(held, found, task=task_id("inv", found), shadow=False) is finding


@pytest.mark.parametrize(
    ("held", "found", "finding"),
    [
        (None, BUSY, Finding.KNOWN),
        (entry(WAITS), BUSY, Finding.CHANGED),
        (entry(WAITS), NEXT_BUSY, Finding.CHANGED),
        (None, WAITS, Finding.MISSED),
    ],
)
def test_in_shadow_mode_it_is_somebody_else_who_acknowledges(
    held: Entry[FetchState] | None, found: Fingerprint, finding: Finding
) -> None:
    assert judge(held, found, task=task_id("inv", found), shadow=True) is finding


@pytest.mark.parametrize(
    ("age", "every", "just"),
    [
        (0, 900, True),
        (59, 900, True),
        (60, 900, False),
        (3, 2, False),
        (1, 2, True),
        (-59, 900, True),
        (-61, 900, False),
    ],
)
def test_a_webhook_is_given_a_minute_or_a_turn_to_come(age: int, every: int, just: bool) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=age)
    assert just_changed(WAITS, now=now, every=timedelta(seconds=every)) is just


def test_of_a_document_without_a_time_no_webhook_is_awaited() -> None:
    every = timedelta(seconds=900)
    assert not just_changed(replace(WAITS, last_updated=""), now=datetime.now(UTC), every=every)


texts = st.text(max_size=8)
fingerprints = st.builds(
    Fingerprint.made,
    content_digest=st.text("0123456789abcdef", min_size=1, max_size=8),
    batch_id=st.none() | texts,
    processing_status=st.sampled_from(["WaitingForTransfer", "TransferInProgress", "Paid"]),
    last_updated=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(fingerprints)
def test_a_fingerprint_comes_back_as_it_was_written(found: Fingerprint) -> None:
    assert Fingerprint.parse(str(found)) == found
    assert Fingerprint.parse("") is None


@given(fingerprints, fingerprints, st.text(max_size=5), st.text(max_size=5))
def test_a_task_is_the_same_exactly_for_the_same_state_of_the_same_document(
    one: Fingerprint, other: Fingerprint, invoice: str, another: str
) -> None:
    same = (one, invoice) == (other, another)
    assert (task_id(invoice, one) == task_id(another, other)) is same
    assert task_id(invoice, one).startswith(TASK_PREFIX)
