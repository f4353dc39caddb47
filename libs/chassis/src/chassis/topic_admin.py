"""Brings a cluster's topics to the catalogue: plan first, then apply; never deletes, never shrinks."""

import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import KafkaError

from chassis.errors import NotAnswered
from chassis.topics import CATALOGUE, Topic

__all__ = ["Change", "ChangeKind", "TopicAdmin"]

MOST_REPLICAS = 3
ANSWER_MS = 60_000
"""A busy cluster takes its time over some hundred partitions."""


class ChangeKind(StrEnum):
    """What a line of the plan means."""

    CREATE = "create"
    CONFIGURE = "configure"
    DIFFERS = "differs"
    """Not changed by us, because it could lose data or move work: a person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between the catalogue and the cluster."""

    kind: ChangeKind
    topic: Topic
    what: str
    configs: Mapping[str, str]


class TopicAdmin:
    """Blocking; for commands and tests, not for an event loop. Use as a context manager."""

    def __init__(self, *, bootstrap: str, partitions: int, catalogue: Iterable[Topic] = CATALOGUE) -> None:
        """Raises NotAnswered when no broker answers."""
        self._partitions = partitions
        self._catalogue = tuple(catalogue)
        with _answering(f"no Kafka at {bootstrap}; check the address and that it runs"):
            _look_for(bootstrap)
            self._client = KafkaAdminClient(
                bootstrap_servers=bootstrap, bootstrap_timeout_ms=30_000, request_timeout_ms=ANSWER_MS
            )
            self._replicas = min(MOST_REPLICAS, len(self._client.describe_cluster()["brokers"]))

    def plan(self) -> tuple[Change, ...]:
        """What differs, topics in the order of the catalogue. Raises NotAnswered when the cluster does not say."""
        with _answering("the cluster did not describe its topics"):
            existing = set(self._client.list_topics())
            described = self._describe([topic for topic in self._catalogue if topic.name in existing])
        changes: list[Change] = []
        for topic in self._catalogue:
            if topic.name in existing:
                partitions, configs = described[topic.name]
                changes += self._differences(topic, partitions=partitions, configs=configs)
            else:
                wanted = self._configs(topic)
                count = topic.partition_count(self._partitions)
                what = f"{count} partitions, {self._replicas} replicas, {_shown(wanted)}"
                changes.append(Change(kind=ChangeKind.CREATE, topic=topic, what=what, configs=wanted))
        return tuple(changes)

    def apply(self) -> tuple[Change, ...]:
        """Creates what is missing, corrects settings, returns the plan it carried out.

        Lines of kind ``differs`` are left as they are. Raises NotAnswered when the cluster refuses.
        """
        changes = self.plan()
        missing = [change for change in changes if change.kind is ChangeKind.CREATE]
        wrong = [change for change in changes if change.kind is ChangeKind.CONFIGURE]
        with _answering("the cluster did not carry out the plan"):
            if missing:
                self._client.create_topics({change.topic.name: self._creation(change) for change in missing})
                self._client.wait_for_topics([change.topic.name for change in missing], timeout_ms=ANSWER_MS)
            if wrong:
                resources = [
                    ConfigResource("TOPIC", change.topic.name, configs=dict(change.configs))
                    for change in wrong
                ]
                self._client.alter_configs(resources)
        return changes

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _describe(self, topics: list[Topic]) -> dict[str, tuple[int, dict[str, str]]]:
        if not topics:
            return {}
        names = [topic.name for topic in topics]
        counts = {topic["name"]: len(topic["partitions"]) for topic in self._client.describe_topics(names)}
        found = self._client.describe_configs(
            [ConfigResource("TOPIC", name) for name in names], config_filter="all"
        )
        return {
            name: (counts[name], {key: str(entry["value"]) for key, entry in found["topic"][name].items()})
            for name in names
        }

    def _differences(self, topic: Topic, *, partitions: int, configs: Mapping[str, str]) -> Iterator[Change]:
        wanted_count = topic.partition_count(self._partitions)
        if partitions != wanted_count:
            what = f"has {partitions} partitions, wanted {wanted_count}: fixed when the topic is made"
            yield Change(kind=ChangeKind.DIFFERS, topic=topic, what=what, configs={})
        wrong = {key: value for key, value in self._configs(topic).items() if configs.get(key) != value}
        loses = {key: value for key, value in wrong.items() if _loses_records(key, configs.get(key), value)}
        if loses:
            has = {key: str(configs.get(key)) for key in loses}
            what = f"has {_shown(has)}, wanted {_shown(loses)}: changing it would delete records"
            yield Change(kind=ChangeKind.DIFFERS, topic=topic, what=what, configs={})
        if correct := {key: value for key, value in wrong.items() if key not in loses}:
            yield Change(kind=ChangeKind.CONFIGURE, topic=topic, what=_shown(correct), configs=correct)

    def _configs(self, topic: Topic) -> dict[str, str]:
        return {**topic.all_configs(), "min.insync.replicas": str(max(1, self._replicas - 1))}

    def _creation(self, change: Change) -> dict[str, Any]:
        return {
            "num_partitions": change.topic.partition_count(self._partitions),
            "replication_factor": self._replicas,
            "configs": dict(change.configs),
        }


@contextmanager
def _answering(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, KafkaError) as error:
        raise NotAnswered(f"{what}: {error}") from error


def _look_for(bootstrap: str) -> None:
    """Raises OSError when nobody listens: an operator should not wait for the client's many attempts."""
    *others, last = bootstrap.split(",")
    for address in others:
        host, _, port = address.rpartition(":")
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
            return
    host, _, port = last.rpartition(":")
    socket.create_connection((host, int(port)), timeout=5).close()


def _loses_records(key: str, has: str | None, wanted: str) -> bool:
    if key == "cleanup.policy":
        return True
    if key == "retention.ms" and has is not None:
        return int(wanted) >= 0 and (int(has) < 0 or int(has) > int(wanted))
    return False


def _shown(configs: Mapping[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in configs.items())
