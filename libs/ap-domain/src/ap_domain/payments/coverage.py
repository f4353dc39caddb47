"""Whether what PeopleSoft shows of a voucher's schedule can be all of it: nothing is concluded from what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ap_domain.money import exact_sum, format_amount
from ap_domain.payments.instalments import ReadInstalment
from ap_domain.payments.payment_row import VoucherRow
from ap_domain.payments.status_rules import ENDED
from ap_domain.payments.watched import PublishedPicture
from ap_domain.posting import Standing, standing

__all__ = ["SCHEDULED_WITHIN", "Coverage", "coverage"]

SCHEDULED_WITHIN = timedelta(days=1)
"""PeopleSoft makes the schedule when a postable voucher is saved; one without is believed to be late for so long."""

_CLOSED = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """``settled``: nothing is left to be paid. ``gone`` are the numbers of paid instalments that are shown no more,
    ``lacking`` is what is not shown, in words, blank where it is all there.
    """

    settled: bool
    gone: tuple[int, ...] = ()
    lacking: str = ""


def coverage(
    read: Sequence[ReadInstalment],
    *,
    voucher: VoucherRow | None,
    gross: Decimal,
    currency: str,
    before: PublishedPicture | None,
    posted_at: datetime | None,
    observed_at: datetime,
) -> Coverage:
    """What the query shows, measured by what it showed ``before`` and by the voucher's ``gross``.

    A schedule covers its voucher when the gross of its instalments, but for those that a later one stands for, reaches
    the voucher's; what PeopleSoft closed needs no more. PeopleSoft keeps the rows of paid instalments. What was settled
    stays so while nothing that is shown is open. Of a deleted voucher the schedule goes with it.
    """
    entry = standing(voucher.status.entry) if voucher is not None else None
    if entry is Standing.DELETED and not read:
        return Coverage(settled=False)
    numbers = {each.instalment.number for each in read}
    ended = all(each.instalment.state in ENDED for each in read)
    closed = voucher is not None and voucher.status.close == _CLOSED
    scheduled = exact_sum(each.instalment.gross for each in read if not each.replaced)
    covered = closed or (scheduled <= gross if gross < 0 else scheduled >= gross)
    gone = tuple(each for each in before.paid if each not in numbers) if before is not None else ()
    if read and covered and not gone:
        return Coverage(settled=ended)
    if ended and before is not None and before.settled_at is not None:
        return Coverage(settled=True, gone=gone)
    lacking = ""
    if gone:
        lacking = f"paid instalment {', '.join(map(str, gone))}"
    elif read:
        lacking = f"instalments over {_amount(scheduled, currency)} of {_amount(gross, currency)} only"
    elif entry is Standing.POSTABLE and gross and not closed and _late(posted_at, observed_at):
        lacking = "no scheduled payment"
    return Coverage(settled=False, gone=gone, lacking=lacking)


def _late(posted_at: datetime | None, observed_at: datetime) -> bool:
    return posted_at is None or observed_at - posted_at > SCHEDULED_WITHIN


def _amount(amount: Decimal, currency: str) -> str:
    return f"{format_amount(amount, currency=currency)} {currency}".rstrip()
