"""What a document that Basware lists means beside what the ledger holds of it. Pure."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from ap_domain.approved_invoice import ProcessingStatus
from chassis.ledger.entry import Phase

from ingress.documents.core.commands import FetchEntry
from ingress.documents.core.fingerprint import Fingerprint

TASK_PREFIX = "sweep-"
"""How the task ids begin that a sweep makes."""


WEBHOOK_TIME = timedelta(seconds=60)
"""How long a webhook, and what it causes, may be on its way."""


class Finding(StrEnum):
    """What to do about a listed document; all but the first cause a fetch."""

    KNOWN = "known"
    """It was published as it is, its fetch is under way, or this very state was told before."""
    MISSED = "missed"
    """It waits for transfer and no webhook has told us."""
    TAKEN = "taken"
    """It is acknowledged, and we have never published this transfer as offered: somebody else reads the tenant."""
    CHANGED = "changed"
    """It was published, or is parked, and is different by now."""


def task_id(invoice_id: str, found: Fingerprint) -> str:
    """The id of the task that a sweep makes of a document in this state: always the same."""
    digest = hashlib.sha256(f"{invoice_id}|{found}".encode("utf-8", "replace")).hexdigest()
    return TASK_PREFIX + digest[:32]


def just_changed(found: Fingerprint, *, now: datetime, every: timedelta) -> bool:
    """Whether it changed so recently that its webhook may be on its way: the next turn, `every` later, sees it again.

    One whose last change is unknown, or further off than clocks are, did not.
    """
    if not found.last_updated:
        return False
    age = now - datetime.fromisoformat(found.last_updated)
    return abs(age) < min(WEBHOOK_TIME, every)


def judge(entry: FetchEntry | None, found: Fingerprint, *, task: str, shadow: bool) -> Finding:
    """`entry` is what the ledger holds of the document listed as `found`, `task` its `task_id`.

    In `shadow` mode somebody else acknowledges: what is in progress is news only of what was published here.
    """
    published = Fingerprint.parse(entry.body.fingerprint) if entry is not None else None
    if entry is not None and (
        entry.phase not in (Phase.FINAL, Phase.PARKED) or task in entry.body.tasks or published == found
    ):
        return Finding.KNOWN
    if found.processing_status == ProcessingStatus.TRANSFER_IN_PROGRESS:
        if shadow:
            return Finding.CHANGED if published is not None else Finding.KNOWN
        return Finding.TAKEN if published is None or _another_transfer(published, found) else Finding.CHANGED
    parked = entry is not None and entry.phase is Phase.PARKED
    return Finding.CHANGED if parked else Finding.MISSED


def _another_transfer(published: Fingerprint, found: Fingerprint) -> bool:
    """The batch id differs for each transfer; without one, transfers cannot be told apart."""
    return found.batch_id not in ("", published.batch_id)
