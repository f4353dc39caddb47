"""What is polled of a connection, and when."""

import pytest
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.poll import PollKind
from payment_poller.subjects import subjects

from .world import SECTION, connection

CHANGES, FULL = PollKind.CHANGES, PollKind.FULL


def polled(section: dict[str, object], **fields: object) -> dict[tuple[str, PollKind], str | None]:
    return {
        (each.name, each.kind): each.schedule.cron if each.schedule else None
        for each in subjects(connection(section, **fields))
    }


def test_payments_and_reconciliation_are_polled_by_their_schedules() -> None:
    section = SECTION | {"changes": "*/5 * * * *", "full": None, "reconciliation": {"schedule": "0 6 * * *"}}
    assert polled(section) == {
        ("payments", CHANGES): "*/5 * * * *",
        ("payments", FULL): None,
        ("reconciliation", FULL): "0 6 * * *",
    }


@pytest.mark.parametrize(
    ("section", "changes"),
    [
        ({"prompts": {"since": None}, "changes": None}, False),
        (
            {
                "prompts": {"since": None},
                "sources": ["inquiry"],
                "inquiry": {"root": "x"},
            },
            True,
        ),
    ],
)
def test_changes_are_polled_where_they_can_be_told(section: dict[str, object], changes: bool) -> None:
    assert (("payments", CHANGES) in polled(section)) is changes


def test_without_the_section_and_in_shadow_mode_nothing_is_polled() -> None:
    assert polled({}) == {}
    assert polled(SECTION, mode="shadow") == {}


def test_a_section_that_cannot_be_read_polls_nothing() -> None:
    with pytest.raises(ConfigurationFault):
        polled({"page_rows": "many"})
