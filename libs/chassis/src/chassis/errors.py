"""What the chassis may raise. Every message names the record or setting, what is wrong and what to do."""

__all__ = [
    "ChassisError",
    "DoesNotFit",
    "NotAnswered",
    "NotDurable",
    "RecordTooLarge",
    "TopicMissing",
    "Undecodable",
    "UnknownSchema",
]


class ChassisError(Exception):
    """Base of all errors of the chassis."""


class UnknownSchema(ChassisError):
    """Written with a schema this process does not know: stop intake and upgrade, never skip it."""


class Undecodable(ChassisError):
    """The bytes are not a record of the schema they claim: corrupt or foreign; set aside with the reason."""


class DoesNotFit(ChassisError):
    """A value cannot be written by its schema; the message names the field."""

    def __init__(self, *, record: str, field: str, problem: str) -> None:
        super().__init__(f"{record}.{field}: {problem}")
        self.record = record
        self.field = field
        self.problem = problem


class NotDurable(ChassisError):
    """Kafka did not confirm the write in time: it may or may not be there; answer "try again"."""


class RecordTooLarge(ChassisError):
    """The encoded record is larger than the message limit of every topic: it can never be sent; park it."""


class NotAnswered(ChassisError):
    """Kafka did not answer a read within its bound: nothing is known; try again."""


class TopicMissing(ChassisError):
    """A topic of the catalogue does not exist: run ``apstream topics apply``."""
