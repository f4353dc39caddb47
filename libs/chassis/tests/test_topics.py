from pathlib import Path

import pytest
from chassis.avro_schemas import shipped
from chassis.topics import CATALOGUE, CONNECTIONS, MESSAGE_LIMIT, NOTIFICATIONS, Topic
from chassis.topics_page import page

README = Path(__file__).parents[3] / "schemas" / "README.md"


def test_the_page_of_the_catalogue_is_current() -> None:
    made = page()
    assert README.read_text("utf-8") == made, "run: python -m chassis.topics_page > schemas/README.md"


@pytest.mark.parametrize("topic", CATALOGUE, ids=lambda topic: topic.name)
def test_every_topic_has_its_schema_and_the_message_limit(topic: Topic) -> None:
    assert topic.schema in shipped().names
    assert topic.all_configs()["max.message.bytes"] == str(MESSAGE_LIMIT)


def test_names_are_unique() -> None:
    assert len({topic.name for topic in CATALOGUE}) == len(CATALOGUE)


def test_work_is_partitioned_by_shard_and_state_for_all_has_one_partition() -> None:
    assert NOTIFICATIONS.partition_count(48) == 48
    assert CONNECTIONS.partition_count(48) == 1
