"""Records of master data that stand refused: the words on each, since when, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ap_domain.bank_details import without_account_numbers
from ap_domain.masterdata.record import ImportState

from apstream_cli.masterdata_book import Known, MasterDataBook, Stage
from apstream_cli.masterdata_words import remedy
from apstream_cli.screen import ago, instant

__all__ = ["REFUSED_COLUMNS", "Refused", "refused_records"]

REFUSED_COLUMNS = (
    "connection", "entity", "external code", "PeopleSoft key", "said", "since", "age", "sent", "what to do",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One record and the word that refused it."""

    connection_id: str
    entity: str
    external_code: str
    known: Known
    state: ImportState

    @property
    def said(self) -> tuple[str, ...]:
        """The words, without account numbers."""
        ours = (self.external_code, self.known.source)
        return tuple(without_account_numbers(text, known=ours) for text in self.state.words)

    @property
    def to_do(self) -> str:
        """What brings it through."""
        return remedy(
            self.state.words, connection=self.connection_id, entity=self.entity, code=self.external_code
        )

    def row(self, *, now: datetime) -> tuple[str, ...]:
        """As in `REFUSED_COLUMNS`."""
        return (
            self.connection_id,
            self.entity,
            self.external_code,
            self.known.source,
            "; ".join(self.said) or "nothing",
            instant(self.state.at),
            ago(self.state.at, now=now),
            f"{self.state.attempts} times" if self.state.attempts != 1 else "once",
            self.to_do,
        )

    def fields(self) -> dict[str, Any]:
        """For programs."""
        return {
            "connection": self.connection_id,
            "entity": self.entity,
            "external_code": self.external_code,
            "source": self.known.source,
            "said": list(self.said),
            "since": self.state.at,
            "attempts": self.state.attempts,
            "request": self.state.request_id,
            "to_do": self.to_do,
        }


def refused_records(book: MasterDataBook, *, entity: str | None = None) -> Iterator[Refused]:
    """By connection and entity, longest first."""
    for connection_id, name in book.entities():
        if entity not in {None, name}:
            continue
        found = [
            Refused(
                connection_id=connection_id,
                entity=name,
                external_code=code,
                known=known,
                state=known.standing.told,
            )
            for code, known in book.records(connection_id, name).items()
            if known.stage is Stage.REFUSED and known.standing.told is not None
        ]
        yield from sorted(found, key=lambda each: (each.state.at, each.external_code))
