"""Which ranges of VOUCHER_ID to read so that all watched vouchers are in them and few strange ones."""

from collections.abc import Iterable, Iterator

__all__ = ["ranges"]


def ranges(voucher_ids: Iterable[str], *, most: int, gap: int) -> tuple[tuple[str, str], ...]:
    """Ranges (after, up to) in code point order that cover every id once: `after` < id <= `up to`.

    A range holds at most ``most`` watched ids. Between two numbers of equal length in it lie at most ``gap`` others;
    of ids that are no such numbers nobody knows what lies between, so only ``most`` ends their range, and numbers never
    share one with them. "" as `after` is from the start.
    """
    found: list[tuple[str, str]] = []
    for first, last in _runs(sorted(set(voucher_ids)), most=most, gap=gap):
        floor = found[-1][1] if found else ""
        found.append((max(floor, _below(first)), last))
    return tuple(found)


def _runs(ids: list[str], *, most: int, gap: int) -> Iterator[tuple[str, str]]:
    start = 0
    for place, each in enumerate(ids):
        following = ids[place + 1] if place + 1 < len(ids) else None
        if following is None or place + 1 - start >= most or not _near(each, following, gap=gap):
            yield ids[start], each
            start = place + 1


def _near(one: str, other: str, *, gap: int) -> bool:
    if _is_number(one) and _is_number(other):
        return len(one) == len(other) and int(other) - int(one) - 1 <= gap
    return not _is_number(one) and not _is_number(other)


def _below(voucher_id: str) -> str:
    """An id before this one, and for a number with nothing but odd ids in between."""
    if _is_number(voucher_id) and int(voucher_id):
        return str(int(voucher_id) - 1).zfill(len(voucher_id))
    return voucher_id[:-1]


def _is_number(voucher_id: str) -> bool:
    return voucher_id.isascii() and voucher_id.isdigit()
