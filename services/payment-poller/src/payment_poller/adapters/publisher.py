"""Puts pictures on `peoplesoft.payments`."""

from collections.abc import Sequence

from ap_domain.payments import PaymentPicture
from chassis import topics
from chassis.keys import record_key
from chassis.records import PAYMENT_PICTURE
from chassis.streams.poll_publisher import ShardPublisher


class KafkaPublisher:
    """Keyed by connection, business unit and voucher."""

    def __init__(self, publisher: ShardPublisher) -> None:
        self._publisher = publisher

    async def publish(self, pictures: Sequence[PaymentPicture], *, shard: int) -> None:
        """As the port says."""
        keyed = (
            (
                record_key(picture.connection_id, picture.business_unit, picture.voucher_id),
                PAYMENT_PICTURE.encode(picture),
            )
            for picture in pictures
        )
        await self._publisher.publish(topics.PAYMENTS, keyed, shard=shard)
