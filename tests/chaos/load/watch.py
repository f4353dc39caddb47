"""What the ledgers and the polls say, read from the topics as it comes: how people know what waits for them."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from confluent_kafka import KafkaException
from devstack.program import PARTITIONS

from .topic_feed import Place, Read, TopicFeed, Value

FETCHES, INVOICES, PICTURES = "ledger.documents", "peoplesoft.vouchers", "peoplesoft.payments"
RECORDS, IMPORTS = "peoplesoft.master-data", "masterdata.imports"
RESULTS = ("masterdata.poll-results", "payments.poll-results")
FLOWS = "ap.desired-state"
LEDGERS = (FETCHES, INVOICES)
_INPUTS = ("basware.notifications", "basware.accounting-documents", PICTURES)
"""What the ledgers are fed with: how far each has got stands in their position records."""
_KEPT = (*LEDGERS, RECORDS, IMPORTS)
_OF_SHARDS = (*_KEPT, *_INPUTS, *RESULTS)
_PARTITIONS = [*((topic, number) for topic in _OF_SHARDS for number in range(PARTITIONS)), (FLOWS, 0)]
AT_REST = ("final", "parked")
"""Phases in which an entry wants nothing of a remote."""
_TOLD = ("confirmed", "refused")
"""The words on a master record after which nothing is sent any more."""


class Watch:
    """The latest committed record of each key. `read_on` brings it up to date; nothing is read in between."""

    def __init__(self, bootstrap: str) -> None:
        self._feed = TopicFeed(bootstrap, _PARTITIONS, opaque=_INPUTS)
        self._latest: dict[str, dict[str, Value]] = {topic: {} for topic in (*_KEPT, FLOWS)}
        self._results: dict[tuple[str, str, str], Value] = {}
        self._reached: dict[Place, int] = {}
        self._written: dict[Place, int] = {}
        self._decided: dict[Place, int] = {}
        self._reading = asyncio.Lock()
        self.moved = 0
        """Records read that are no poll's result: it stands still when nothing moves."""

    async def read_on(self, *, within: float = 5.0) -> None:
        """Take in what is there. While Kafka is away this brings nothing and raises nothing."""
        async with self._reading:
            try:
                async with asyncio.timeout(within):
                    while await asyncio.to_thread(self._feed.fetch):
                        self._note_all()
            except TimeoutError:
                return
            except KafkaException:
                self._feed.begin_anew()
            finally:
                self._note_all()

    async def behind(self) -> list[str]:
        """Partitions of which something durable was not read, such as a transaction that nobody ended, and inputs
        that their ledger has not taken in.
        """
        async with self._reading:
            unread = await asyncio.to_thread(self._unread)
        return unread + [
            f"{topic}/{partition}: taken in up to {self._decided.get((topic, partition), 0)} of {end}"
            for (topic, partition), end in sorted(self._written.items())
            if self._decided.get((topic, partition), 0) < end
        ]

    def entries(self, topic: str, connection: str) -> Iterator[Value]:
        """The entries of a ledger, or the last words of another topic, of a connection."""
        return (each for each in self._latest[topic].values() if each["connection_id"] == connection)

    def entry(self, topic: str, connection: str, invoice_id: str) -> Value:
        """An invoice's entry in a ledger; empty before the first."""
        return next(
            (each for each in self.entries(topic, connection) if each["body"]["invoice_id"] == invoice_id), {}
        )

    def parked(self, connection: str) -> list[tuple[str, Value]]:
        """The entries of both ledgers that wait for a person, each with its topic."""
        return [
            (topic, each)
            for topic in LEDGERS
            for each in self.entries(topic, connection)
            if each["phase"] == "parked"
        ]

    def halted(self, connection: str) -> list[Value]:
        """The last word on each flow that does not run."""
        return [each for each in self.entries(FLOWS, connection) if each["state"] != "running"]

    def full_poll(self, connection: str, subject: str, *, since: datetime) -> Value | None:
        """The last complete reading of all of a subject, if it began not before."""
        found = self._results.get((connection, subject, "full"))
        return found if found and found["outcome"] == "complete" and found["started_at"] >= since else None

    def moving(self, connection: str) -> list[str]:
        """Everything of a connection that is not at rest, in words."""
        return [*self._unfinished(connection), *self._untold(connection)]

    def take_in(self, topic: str, key: str, value: Value) -> None:
        """One committed record."""
        if topic in RESULTS:
            self._results[value["connection_id"], value["subject"], value["kind"]] = value
        else:
            self._latest[topic][key] = value
            self.moved += 1

    def _unfinished(self, connection: str) -> Iterator[str]:
        for topic in LEDGERS:
            for each in self.entries(topic, connection):
                if each["phase"] not in AT_REST:
                    yield (
                        f"{topic} {connection}/{each['body']['invoice_id']}: {each['step']} {each['phase']}, "
                        f"{each['reason'] or 'no reason'}"
                    )

    def _untold(self, connection: str) -> Iterator[str]:
        told = self._latest[IMPORTS]
        for key, record in self._latest[RECORDS].items():
            if record["connection_id"] != connection:
                continue
            word = told.get(key)
            if word is None or word["digest"] != record["digest"] or word["step"] not in _TOLD:
                yield f"{RECORDS} {key}: {word['step'] if word else 'nothing was told'}"

    def _note_all(self) -> None:
        for read in self._feed.came():
            self._note(read)

    def _note(self, read: Read) -> None:
        topic, partition = read.place
        self._reached[read.place] = read.next
        if read.position is not None:
            self._decided[read.position["topic"], partition] = read.position["offset"]
        elif read.opaque:
            self._written[read.place] = read.next
            self.moved += 1
        elif read.value is not None:
            self.take_in(topic, read.key, read.value)

    def _unread(self) -> list[str]:
        try:
            ends = self._feed.ends()
        except KafkaException as error:
            return [f"Kafka does not say how far its topics go: {error}"]
        return [
            f"{topic}/{partition}: read up to {self._reached.get((topic, partition), 0)} of {end}"
            for (topic, partition), end in sorted(ends.items())
            # Schedules poll on; what a poll finds comes to the other topics.
            if topic not in RESULTS and self._reached.get((topic, partition), 0) < end
        ]
