"""One call as the classification of its answer needs it: what was asked, of whom, and whether it may have
saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from peoplesoft.credentials import Credentials
from peoplesoft.errors import OutcomeUnknown, PeopleSoftError
from peoplesoft.outcomes import OutcomeTable, RemoteMessage

_SAID_LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer received to its end: `retry_after` in seconds; `body` one byte over the limit if too
    large.
    """

    status: int
    body: bytes
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The context of one call. `saves`: a create, so that an unclear answer leaves its outcome unknown.

    `remedies`: what a person can do about an error of that kind, where the kind's own words do not fit the call.
    `gives_rows`: what is answered is data, so that of an answer that is something else only the outline is told.
    """

    operation: str
    remote: str
    saves: bool
    record: str = ""
    answer_limit: int = 10_000_000
    table: OutcomeTable = field(default_factory=OutcomeTable)
    credentials: Credentials | None = None
    remedies: Mapping[type[PeopleSoftError], str] = field(default_factory=dict)
    gives_rows: bool = False

    def error(
        self,
        kind: type[PeopleSoftError],
        what: str,
        *,
        said: str | bytes = "",
        messages: Sequence[RemoteMessage] = (),
        retry_after: float | None = None,
        remedy: str = "",
    ) -> PeopleSoftError:
        """An error of `kind` about this call; what the remote said is shortened and freed of our password."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        if self.credentials is not None:
            text = self.credentials.hide(text)
        return kind(
            what,
            operation=self.operation,
            remote=self.remote,
            record=self.record,
            said=text if len(text) <= _SAID_LIMIT else f"{text[:_SAID_LIMIT]}...",
            remedy=remedy or self.remedies.get(kind, ""),
            messages=messages,
            retry_after=retry_after,
        )

    def unclear(
        self,
        read: type[PeopleSoftError],
        what: str,
        *,
        said: str | bytes = "",
        messages: Sequence[RemoteMessage] = (),
        retry_after: float | None = None,
    ) -> PeopleSoftError:
        """An answer that proves nothing: OutcomeUnknown for a create, `read` for anything else."""
        kind = OutcomeUnknown if self.saves else read
        return self.error(kind, what, said=said, messages=messages, retry_after=retry_after)
