"""What a connection says of itself on ap.connections, as far as the promises depend on it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from .records import Json, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One customer. `units` maps Basware's company codes to business units; `spacing` is in seconds, the shortest that
    any version had; `match` is the site's duplicate rule; the sections are as they were applied last.
    """

    id: str
    shard: int
    tenant: str
    node: str
    operator: str
    units: Mapping[str, str]
    spacing: float
    match: tuple[str, ...]
    masterdata: Json = field(default_factory=dict)
    payments: Json = field(default_factory=dict)

    @classmethod
    def of(cls, versions: Iterable[Json]) -> Self:
        """Of the versions of its record, oldest first. Raises KeyError for a document that is none."""
        records = list(versions)
        documents = [json.loads(each["document"]) for each in records]
        latest = documents[-1]
        peoplesoft = latest["peoplesoft"]
        return cls(
            id=records[-1]["connection_id"],
            shard=records[-1]["shard"],
            tenant=latest["basware"]["client_id"].removesuffix("-client"),
            node=peoplesoft["node"],
            operator=peoplesoft["operator"],
            units=latest["mapping"]["business_units"],
            spacing=min(float(each["basware"]["record_spacing_seconds"]) for each in documents),
            match=tuple(peoplesoft["match"]),
            masterdata=latest.get("masterdata", {}),
            payments=latest.get("payments", {}),
        )


def connections(records: Iterable[Record], *, only: tuple[str, ...] = ()) -> list[Connection]:
    """Every connection that was ever applied and not deleted, by id."""
    versions: dict[str, list[Json]] = {}
    for record in records:
        if record.raw or record.value:
            versions.setdefault(record.key, []).append(record.value)
        else:
            versions.pop(record.key, None)
    found = [Connection.of(each) for _, each in sorted(versions.items())]
    return [each for each in found if not only or each.id in only]
