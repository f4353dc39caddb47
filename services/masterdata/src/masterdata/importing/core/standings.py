"""The table of the import, and how what is published and told becomes part of it."""

from collections.abc import Callable
from dataclasses import dataclass

from ap_domain.command import Command
from ap_domain.masterdata.record import ImportState, ImportStep
from ap_domain.masterdata.standing import Standing, told, wanted
from chassis import topics
from chassis.records import COMMAND, IMPORT_STANDING, IMPORT_STATE, MASTER_RECORD
from chassis.streams.ports import Following, Incoming, Table, TableWriter

from masterdata.importing.core.resending import is_ours

__all__ = ["STANDINGS", "Intake"]

STANDINGS: Table[Standing] = Table(changelog=topics.STANDINGS_CHANGELOG, value=IMPORT_STANDING)


def _nobody(*_: object) -> None:
    """Nobody listens yet: what matters is read again when an import begins."""


@dataclass(slots=True, kw_only=True)
class Intake:
    """Takes records in. `ordered` and `contradicted` are told of what is no part of the table."""

    ordered: Callable[[Command], None] = _nobody
    contradicted: Callable[[int, bytes], None] = _nobody

    def followings(self) -> tuple[Following, ...]:
        """The topics of the import."""
        return (
            Following(topic=topics.MASTER_DATA, take=self.take_record),
            Following(topic=topics.MASTERDATA_IMPORTS, take=self.take_word),
            Following(topic=topics.COMMANDS, take=self.take_command),
        )

    def take_record(self, incoming: Incoming, writer: TableWriter) -> None:
        """A version of a record; an erased one is forgotten."""
        if incoming.value is None:
            writer.put(STANDINGS, incoming.key, None)
            return
        held = writer.get(STANDINGS, incoming.key)
        after = wanted(held, MASTER_RECORD.decode(incoming.value), offset=incoming.offset)
        if after != held:
            writer.put(STANDINGS, incoming.key, after)

    def take_word(self, incoming: Incoming, writer: TableWriter) -> None:
        """A word on what Basware was told of a record."""
        if incoming.value is None:
            return
        state = IMPORT_STATE.decode(incoming.value)
        held = writer.get(STANDINGS, incoming.key)
        after = told(held, state)
        if after != held:
            writer.put(STANDINGS, incoming.key, after)
        elif after.told is not None and _contradicts(state, after.told):
            self.contradicted(incoming.partition, incoming.key)

    def take_command(self, incoming: Incoming, writer: TableWriter) -> None:
        """A person's order; those of other services are theirs."""
        if incoming.value is None:
            return
        command = COMMAND.decode(incoming.value)
        if is_ours(command):
            self.ordered(command)


def _contradicts(late: ImportState, known: ImportState) -> bool:
    """Whether a word that comes too late to count tells of a send after the one that is known.

    A process that was frozen with a version in hand, and woke up after its successor had sent a newer one.
    """
    return (
        late.step is ImportStep.SENT
        and late.request_id != known.request_id
        and late.digest != known.digest
        and late.at > known.at
    )
