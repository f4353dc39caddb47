"""Whoever gave an order hears its answer, whichever service gives it."""

from chassis import audit_watch
from chassis.topics import CATALOGUE


def test_the_audit_of_every_service_is_heard() -> None:
    assert set(audit_watch.TOPICS) == {topic.name for topic in CATALOGUE if topic.schema == "AuditEvent"}
