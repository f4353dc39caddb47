"""What was published of a voucher, and whether what was read is to be published."""

from dataclasses import replace

from ap_domain.payments import PaymentPicture, PaymentStanding, PublishedPicture, WatchedVoucher, supersedes

__all__ = ["after", "hidden", "is_to_be_published", "says_as_much"]

TO_BE_PUBLISHED_AGAIN = ""


def after(held: PublishedPicture | None, picture: PaymentPicture) -> PublishedPicture:
    """The table's value once ``picture`` lies on the topic behind what was held.

    A picture of an older poll, or of an earlier run of the same one, came late, from a process that was frozen. It is
    what compaction keeps all the same, so the next poll must publish this voucher whatever it reads. Taken in again
    from any place on, the pictures lead to the same value.
    """
    if held is not None and not supersedes(picture, poll_offset=held.poll_offset, observed_at=held.seen_at):
        return replace(held, digest=TO_BE_PUBLISHED_AGAIN)
    settled_before = held.settled_at if held is not None else None
    return PublishedPicture.of(
        picture, settled_at=(settled_before or picture.observed_at) if picture.settled else None
    )


def hidden(held: PublishedPicture) -> bool:
    """Whether a picture that came late hides what was published."""
    return held.digest == TO_BE_PUBLISHED_AGAIN


def says_as_much(held: PublishedPicture, watched: WatchedVoucher) -> bool:
    """Whether what is published tells more than nothing, and to the invoice that has the voucher as it has it today."""
    whose = (watched.invoice_id, watched.since)
    return (
        not hidden(held)
        and held.standing is not PaymentStanding.UNKNOWN
        and (held.invoice_id, held.posted_at) == whose
    )


def is_to_be_published(held: PublishedPicture | None, picture: PaymentPicture) -> bool:
    """Whether somebody who follows the topic would learn anything from it; the digest covers the invoice too, and since
    when it has the voucher.
    """
    return held is None or held.digest != picture.digest
