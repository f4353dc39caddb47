"""Master data is through when a poll ended and Basware said its word on every record, and not a moment before."""

from dataclasses import replace

import pytest
from devstack.masterdata_counts import EntityCounts, counts

POLL_PAGE = """
# TYPE apstream_polls_total counter
apstream_polls_total{connection="acme",outcome="complete",subject="suppliers"} 2.0
apstream_polls_total{connection="acme",outcome="failed",subject="suppliers"} 1.0
apstream_polls_total{connection="acme",outcome="held",subject="suppliers"} 1.0
apstream_polls_total{connection="other",outcome="complete",subject="suppliers"} 9.0
# TYPE apstream_polled_records_total counter
apstream_polled_records_total{connection="acme",found="read",subject="suppliers"} 2044.0
apstream_polled_records_total{connection="acme",found="changed",subject="suppliers"} 10.0
"""
IMPORT_PAGE = """
# TYPE apstream_masterdata_sent_total counter
apstream_masterdata_sent_total{connection="acme",entity="suppliers"} 10.0
# TYPE apstream_masterdata_confirmed_total counter
apstream_masterdata_confirmed_total{connection="acme",entity="suppliers"} 8.0
# TYPE apstream_masterdata_import_asking gauge
apstream_masterdata_import_asking{connection="acme",entity="suppliers"} 2.0
"""
THROUGH = EntityCounts(complete=1, read=50, changed=9, deactivated=1, sent=10, confirmed=8, refused=2)


def test_both_services_pages_make_the_counts_of_one_connection() -> None:
    assert counts([POLL_PAGE, IMPORT_PAGE], connection="acme") == {
        "suppliers": EntityCounts(complete=2, broken=2, read=2044, changed=10, sent=10, confirmed=8, asking=2)
    }


@pytest.mark.parametrize(
    ("seen", "settled"),
    [
        (THROUGH, True),
        (replace(THROUGH, refused=1), False),
        (replace(THROUGH, confirmed=7), False),
        (replace(THROUGH, pending=1), False),
        (replace(THROUGH, asking=1), False),
        (replace(THROUGH, confirmed=12), True),
        (EntityCounts(complete=1, read=50), True),
    ],
)
def test_settled_is_a_word_on_everything_that_was_published(seen: EntityCounts, settled: bool) -> None:
    assert seen.settled is settled


def test_counts_since_a_moment_are_differences_but_for_what_waits() -> None:
    later = replace(THROUGH, confirmed=11, changed=12, pending=3)
    assert later.since(THROUGH) == EntityCounts(confirmed=3, changed=3, pending=3)
