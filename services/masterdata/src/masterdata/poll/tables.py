"""What was published, as the poll remembers it: a table that follows the topic everybody reads."""

from ap_domain.command import CommandedLedger
from chassis import topics
from chassis.records import COMMAND, MASTER_RECORD, POLL_RESULT, PUBLISHED_RECORD
from chassis.streams.poll_records import PollRecords
from chassis.streams.ports import Following, Incoming, Table, TableWriter

from masterdata.poll.core.published import after

__all__ = ["PUBLISHED", "RECORDS", "SERVICE", "published"]

SERVICE = "masterdata-poll"

PUBLISHED = Table(changelog=topics.PUBLISHED_CHANGELOG, value=PUBLISHED_RECORD)
RECORDS = PollRecords(
    service=SERVICE,
    dues=topics.MASTERDATA_POLLS,
    results_topic=topics.MASTERDATA_POLL_RESULTS,
    audit=topics.AUDIT_MASTERDATA,
    results=Table(changelog=topics.POLL_RESULTS_CHANGELOG, value=POLL_RESULT),
    orders=Table(changelog=topics.POLL_ORDERS_CHANGELOG, value=COMMAND),
    ledger=CommandedLedger.MASTERDATA,
)


def _take(incoming: Incoming, writer: TableWriter) -> None:
    if incoming.value is None:
        writer.put(PUBLISHED, incoming.key, None)
        return
    record = MASTER_RECORD.decode(incoming.value)
    held = writer.get(PUBLISHED, incoming.key)
    if held is None or incoming.offset > held.offset:
        writer.put(PUBLISHED, incoming.key, after(held, record, offset=incoming.offset))


published = Following(topic=topics.MASTER_DATA, take=_take)
"""A record met again leaves the table as it is: only what lies behind the one held can change it."""
