"""One record as Basware holds it beside the record that was sent: which fields differ. Pure.

What Basware adds by itself (lastUpdated, values of single fields that were not sent) is no difference; a list with
elements that nobody sent is one, as an import overwrites the whole record. Numbers are compared by value, times by the
instant, elements of lists whatever their order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

__all__ = ["FieldDifference", "differences"]

_NAMING = ("companyCode", "language", "schemeId", "key", "paymentMeansCode", "addressType", "role", "name")
"""Fields that tell the elements of Basware's lists apart, if each element has another value."""
_INSTANT = len("2026-01-31T00:00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """One field: its path, what was sent and what is there; None where there is nothing."""

    path: str
    wanted: Any
    found: Any


def differences(wanted: Any, found: Any) -> tuple[FieldDifference, ...]:
    """Every field of a record in which Basware differs from what was sent; empty when it has what was sent."""
    return tuple(_compare(wanted, found, path=""))


def _compare(wanted: Any, found: Any, *, path: str) -> Iterator[FieldDifference]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for name in sorted({*wanted, *found}):
            place = f"{path}.{name}" if path else str(name)
            if name in wanted:
                yield from _compare(wanted[name], found.get(name), path=place)
            else:
                yield from _added(found[name], path=place)
    elif isinstance(wanted, list | tuple) and isinstance(found, list | tuple):
        yield from _compare_lists(wanted, found, path=path)
    elif not (_same(wanted, found) or (_is_empty(wanted) and _is_empty(found))):
        yield FieldDifference(path=path, wanted=wanted, found=found)


def _added(found: Any, *, path: str) -> Iterator[FieldDifference]:
    """What nobody sent: only lists are never filled by a default."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            yield from _added(value, path=f"{path}.{name}")
    elif isinstance(found, list | tuple) and found:
        yield FieldDifference(path=path, wanted=None, found=found)


def _compare_lists(wanted: Sequence[Any], found: Sequence[Any], *, path: str) -> Iterator[FieldDifference]:
    named = _named(wanted, found)
    if named is not None:
        ours, theirs = named
        for name in dict.fromkeys((*ours, *theirs)):
            place = f"{path}.{name}"
            if name in ours and name in theirs:
                yield from _compare(ours[name], theirs[name], path=place)
            else:
                yield FieldDifference(path=place, wanted=ours.get(name), found=theirs.get(name))
        return
    unmatched, left = _unmatched(wanted, found)
    for number in range(max(len(unmatched), len(left))):
        inside = f"{path}[{number}]"
        if number < len(unmatched) and number < len(left):
            yield from _compare(unmatched[number], left[number], path=inside)
        elif number < len(unmatched):
            yield FieldDifference(path=inside, wanted=unmatched[number], found=None)
        else:
            yield FieldDifference(path=inside, wanted=None, found=left[number])


def _unmatched(wanted: Sequence[Any], found: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The elements of both that have no counterpart. Exactly equal ones go first: a poorer element would fit others."""
    ours, theirs = list(wanted), list(found)
    for fits in (_exactly, _nearly):
        left = []
        for each in ours:
            place = next((place for place, other in enumerate(theirs) if fits(each, other)), None)
            if place is None:
                left.append(each)
            else:
                del theirs[place]
        ours = left
    return ours, theirs


def _exactly(wanted: Any, found: Any) -> bool:
    return repr(wanted) == repr(found)  # which, unlike ==, tells true from 1


def _nearly(wanted: Any, found: Any) -> bool:
    return next(_compare(wanted, found, path=""), None) is None


def _named(wanted: Sequence[Any], found: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The elements of both by the field that tells them apart; None where none does."""
    for field in _NAMING:
        ours, theirs = _by(field, wanted), _by(field, found)
        if ours is not None and theirs is not None:
            return ours, theirs
    return None


def _by(field: str, elements: Sequence[Any]) -> dict[str, Any] | None:
    found = {}
    for each in elements:
        name = each.get(field) if isinstance(each, Mapping) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = each
    return found


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int | Decimal) and isinstance(found, int | Decimal):
        return wanted == found
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted == found or ((at := _instant(wanted)) is not None and at == _instant(found))
    return type(wanted) is type(found) and bool(wanted == found)


def _instant(text: str) -> datetime | None:
    """A time without an offset is in UTC, as Basware's are."""
    if len(text) < _INSTANT or text[10] != "T":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)
