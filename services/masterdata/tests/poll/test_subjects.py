"""What of a connection is polled, and when."""

from typing import Any

import pytest
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.poll import PollKind
from chassis.streams.poll_subjects import SubjectBook
from chassis.streams.schedule import ScheduleRefused
from masterdata.poll.subjects import subjects

from .world import SECTION, connection

ALL: dict[str, Any] = {
    "suppliers": {"changes": "*/15 * * * *", "full": "30 2 * * *"},
    "payment_terms": {"full": "0 2 * * *"},
    "accounts": {},
}


def test_entities_are_polled_in_the_order_of_import_and_whole_where_changes_cannot_be_told() -> None:
    found = subjects(connection(SECTION | {"entities": ALL}))
    assert [(each.name, each.kind, each.schedule is not None) for each in found] == [
        ("payment_terms", PollKind.FULL, True),
        ("accounts", PollKind.CHANGES, False),
        ("accounts", PollKind.FULL, False),
        ("suppliers", PollKind.CHANGES, True),
        ("suppliers", PollKind.FULL, True),
    ]
    assert {each.connection_id for each in found} == {"acme"}


def test_an_entity_whose_query_has_no_prompt_for_changes_is_only_read_whole() -> None:
    entities = {"accounts": {"full": "0 2 * * *", "prompts": {"since": None}}}
    assert [each.kind for each in subjects(connection(SECTION | {"entities": entities}))] == [PollKind.FULL]


def test_schedules_are_in_the_connections_time_zone_and_spread() -> None:
    (first, *_) = subjects(connection(SECTION | {"entities": {"payment_terms": {"full": "0 2 * * *"}}}))
    (other, *_) = subjects(
        connection(SECTION | {"entities": {"payment_terms": {"full": "0 2 * * *"}}}, id="other")
    )
    assert first.schedule is not None
    assert first.schedule.zone.key == "Europe/Berlin"
    assert first.schedule != other.schedule


@pytest.mark.parametrize("fields", [{"mode": "shadow"}, {"masterdata": {}}])
def test_nothing_is_polled_in_shadow_mode_or_without_a_section(fields: dict[str, Any]) -> None:
    assert subjects(connection(**fields)) == ()


@pytest.mark.parametrize(
    ("section", "error"),
    [
        (SECTION | {"entities": {"accounts": {"full": "25 * * * *x"}}}, ScheduleRefused),
        (SECTION | {"entities": {"accounts": {"full": "61 2 * * *"}}}, ScheduleRefused),
        (SECTION | {"time_zone": "Mars"}, ConfigurationFault),
        ({"entities": {}}, ConfigurationFault),
    ],
)
def test_of_a_connection_whose_section_is_wrong_nothing_is_polled(
    section: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        subjects(connection(section))
    assert SubjectBook(subjects).of(connection(section)) == ()
