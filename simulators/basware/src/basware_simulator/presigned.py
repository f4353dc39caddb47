"""Pre-signed addresses on the second origin: who holds one may read for 15 minutes and shows nothing else."""

import hashlib
import random
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

VALIDITY = timedelta(minutes=15)
_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What an address leads to: documents of a tenant, and the continuation token of a list's page."""

    tenant: str
    invoice_ids: tuple[str, ...]
    continuation: str | None
    signature: str
    expires: datetime
    single: bool


class PresignedObjects:
    """The objects promised, the latest 10,000; in memory only, as a caller can always ask again."""

    def __init__(self, ids: random.Random) -> None:
        self._ids = ids
        self._objects: OrderedDict[str, StoredObject] = OrderedDict()

    def promise(
        self,
        *,
        tenant: str,
        invoice_ids: tuple[str, ...],
        continuation: str | None,
        now: datetime,
        single: bool,
    ) -> str:
        """Keep an object and give the path and query that lead to it."""
        key = str(uuid.UUID(int=self._ids.getrandbits(128), version=4))
        signature = hashlib.sha256(self._ids.randbytes(32)).hexdigest()
        self._objects[key] = StoredObject(
            tenant=tenant,
            invoice_ids=invoice_ids,
            continuation=continuation,
            signature=signature,
            expires=now + VALIDITY,
            single=single,
        )
        while len(self._objects) > _KEPT:
            self._objects.popitem(last=False)
        return (
            f"/accounting-documents/{key}.json?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Date={now:%Y%m%dT%H%M%SZ}&X-Amz-Expires={int(VALIDITY.total_seconds())}"
            f"&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        )

    def find(self, key: str) -> StoredObject | None:
        """What was promised under a key."""
        return self._objects.get(key)
