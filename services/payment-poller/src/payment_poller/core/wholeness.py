"""Whether what was read of a voucher by what changed can be all of it."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation

from ap_domain.payments.payment_row import QueryRow

__all__ = ["is_whole", "numbers_of"]


def is_whole(voucher: Sequence[QueryRow], payments: Sequence[QueryRow]) -> bool:
    """Whether the instalments are numbered from 1 and come to the voucher's gross.

    A query must choose whole vouchers by SINCE. One that chooses rows shows an instalment without the others, which
    would look like a payment taken back. What is not whole by this rule may be so all the same, such as a voucher with
    a cancelled instalment beside the new one: it is read once more, without SINCE.
    """
    if len(voucher) != 1:
        return False
    try:
        numbers = sorted(_number(row, "PYMNT_CNT") for row in payments)
        scheduled = sum((_number(row, "PYMNT_GROSS_AMT") for row in payments), Decimal(0))
        gross = _number(voucher[0], "GROSS_AMT")
    except InvalidOperation:
        return False
    return numbers == [*range(1, len(numbers) + 1)] and (not numbers or scheduled == gross)


def numbers_of(payments: Sequence[QueryRow]) -> frozenset[Decimal]:
    """The numbers of the instalments; none that is no number."""
    found = set()
    for row in payments:
        with suppress(InvalidOperation):
            found.add(_number(row, "PYMNT_CNT"))
    return frozenset(found)


def _number(row: QueryRow, field: str) -> Decimal:
    return Decimal(str(row.get(field)).strip())
