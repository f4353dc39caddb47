"""Replaying a ledger: what every version says in turn, and what of that compaction may have taken away. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of one entry, and where it lies in its partition."""

    key: str
    sequence: int
    offset: int


def replay(versions: Iterable[Version]) -> dict[str, Version]:
    """The state after a replay from offset 0, in whatever order versions come: the highest version of each entry, of
    equal ones the later.
    """
    state: dict[str, Version] = {}
    for version in versions:
        held = state.get(version.key)
        if held is None or (version.sequence, version.offset) >= (held.sequence, held.offset):
            state[version.key] = version
    return state


def problems(versions: Sequence[Version], *, compacted_below: int) -> Iterator[str]:
    """What is wrong with the versions of one entry, in the order written.

    Compaction keeps the latest version below where it came to, so a history may begin late, and only there.
    """
    expected = 1
    for place, version in enumerate(versions):
        if version.sequence < expected:
            yield f"version {version.sequence} at offset {version.offset} comes after {expected - 1}: two wrote"
        elif version.sequence > expected and not (place == 0 and version.offset < compacted_below):
            yield f"versions {expected} to {version.sequence - 1} are missing before offset {version.offset}"
        expected = max(expected, version.sequence + 1)
    latest = replay(versions)
    for last in versions[-1:]:
        if latest[last.key] != last:
            yield (
                f"the last version written is {last.sequence}, a replay leads to {latest[last.key].sequence}"
            )


def compacted_below(records: Iterable[Record]) -> int:
    """Up to where compaction may have been in a partition: what it cleaned has each key once, so it did not come as far
    as the first key that is there again.
    """
    seen: set[str] = set()
    end = 0
    for record in records:
        if record.key in seen:
            return record.offset
        seen.add(record.key)
        end = record.offset + 1
    return end


def versions_of(records: Iterable[Record]) -> Mapping[str, list[Version]]:
    """The versions of each entry of a ledger, in the order written."""
    found: dict[str, list[Version]] = {}
    for record in records:
        if not record.kind:
            version = Version(key=record.key, sequence=record.value["sequence"], offset=record.offset)
            found.setdefault(record.key, []).append(version)
    return found
