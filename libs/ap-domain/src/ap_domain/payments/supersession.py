"""Which of two pictures of one voucher is the newer: one rule for all who keep the newest."""

from datetime import datetime

from ap_domain.payments.picture import PaymentPicture

__all__ = ["supersedes"]


def supersedes(picture: PaymentPicture, *, poll_offset: int, observed_at: datetime | None) -> bool:
    """Whether ``picture`` counts over the one that the poll at ``poll_offset`` found at ``observed_at``.

    A later poll counts over an earlier one. A poll that broke off is run again under the offset it had: of two pictures
    of one poll the one observed later counts, and where that cannot be told (observed at the same moment, or None:
    nobody kept when) the one that comes later on the topic, which is the one asked about.
    """
    if picture.poll_offset != poll_offset:
        return picture.poll_offset > poll_offset
    return observed_at is None or picture.observed_at >= observed_at
