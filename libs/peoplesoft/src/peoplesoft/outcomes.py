"""PeopleSoft's messages and the table that says what each (message set, number) means for the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMessage:
    """One message of an answer: `type` is OK, Warning, Error or what the site writes; texts are kept
    whole.

    `message_set` and `number` are None where the answer names none.
    """

    type: str = ""
    message_set: int | None = None
    number: int | None = None
    text: str = ""
    explanation: str = ""

    @property
    def key(self) -> tuple[int, int] | None:
        """(message set, number), or None where either is missing."""
        if self.message_set is None or self.number is None:
            return None
        return self.message_set, self.number

    @property
    def is_ok(self) -> bool:
        """Whether the message only says that all is well."""
        return self.type.strip().upper() == "OK"

    def __str__(self) -> str:
        reference = f"({self.message_set},{self.number})" if self.key else ""
        text = self.text if reference in self.text else f"{self.text} {reference}"
        return f"{self.type}: {text}".removeprefix(": ").strip()


class MessageClass(StrEnum):
    """What a message means. Every class but IN_DOUBT is a statement that nothing was saved."""

    REJECTED = "rejected"
    RETRY_LATER = "retry_later"
    NOT_REACHED = "not_reached"
    """The gateway lost or never had its app server: a create may have got through before that."""
    CREDENTIALS_REFUSED = "credentials_refused"
    NOT_AUTHORISED = "not_authorised"
    CONFIGURATION = "configuration"
    NEEDS_PERSON = "needs_person"
    NOT_FOUND = "not_found"
    """A Find or Get that found nothing; on a create it proves nothing."""
    IN_DOUBT = "in_doubt"


_KNOWN: Mapping[tuple[int, int], MessageClass] = MappingProxyType(
    {
        (158, 45): MessageClass.CREDENTIALS_REFUSED,
        (158, 55): MessageClass.CREDENTIALS_REFUSED,
        (158, 536): MessageClass.NOT_AUTHORISED,
        (158, 10721): MessageClass.NOT_REACHED,
        # A row that is already there may be the one an earlier, unanswered create of ours made.
        (91, 49): MessageClass.IN_DOUBT,
        # No rows exist for the specified keys: reported by practitioners; it only ever concerns reads.
        (91, 50): MessageClass.NOT_FOUND,
    }
)

_PRECEDENCE = (
    MessageClass.IN_DOUBT,
    MessageClass.CREDENTIALS_REFUSED,
    MessageClass.NOT_AUTHORISED,
    MessageClass.CONFIGURATION,
    MessageClass.NEEDS_PERSON,
    MessageClass.NOT_REACHED,
    MessageClass.RETRY_LATER,
    MessageClass.REJECTED,
    MessageClass.NOT_FOUND,
)


@dataclass(frozen=True, slots=True)
class OutcomeTable:
    """(message set, number) -> class. Starts from the numbers that are publicly known; a site adds and overrides
    its own.
    """

    entries: Mapping[tuple[int, int], MessageClass] = field(default_factory=lambda: _KNOWN)

    def with_entries(self, entries: Mapping[tuple[int, int], MessageClass]) -> OutcomeTable:
        """This table with a site's entries laid over it."""
        return OutcomeTable(MappingProxyType({**self.entries, **entries}))

    def classify(self, messages: Iterable[RemoteMessage], *, unknown: MessageClass) -> MessageClass:
        """The class that outweighs the others; `unknown` stands for messages not in the table and for
        none at all.
        """
        found = {unknown if m.key is None else self.entries.get(m.key, unknown) for m in messages}
        return next((each for each in _PRECEDENCE if each in found), unknown)
