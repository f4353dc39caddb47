"""Which version of a record is wanted, in whatever order versions arrive."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from ap_domain.masterdata.record import MasterRecord, content_digest
from ap_domain.masterdata.standing import Standing, wanted

BEGAN = datetime(2026, 6, 20, 12, tzinfo=UTC)


def version(content: str, *, poll_offset: int, seconds: int) -> MasterRecord:
    return MasterRecord(
        connection_id="acme",
        entity="accounts",
        external_code="SHARE_1",
        active=True,
        content=content,
        digest=content_digest(content, active=True),
        problems=(),
        source="SHARE/1",
        poll_id="poll",
        poll_offset=poll_offset,
        read_at=BEGAN + timedelta(seconds=seconds),
    )


def test_the_latest_poll_counts_and_of_its_runs_the_one_that_began_last() -> None:
    versions = (
        version("old poll, frozen and late", poll_offset=6, seconds=90),
        version("first run", poll_offset=7, seconds=0),
        version("second run", poll_offset=7, seconds=60),
    )
    for order in permutations(versions):
        held: Standing | None = None
        for offset, record in enumerate(order, 10):
            held = wanted(held, record, offset=offset)
            assert wanted(held, record, offset=offset) == held, "met again"
        assert held is not None
        assert held.wanted_digest == content_digest("second run", active=True)
        assert held.wanted_offset == 10 + order.index(versions[2])
