"""What a document that Basware lists means beside what the ledger holds of it. Pure."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from ap_domain.approved_invoice import ProcessingStatus
from chassis.ledger.entry import Phase

from ingress.documents.core.commands import FetchEntry
from ingress.documents.core.fingerprint import Fingerprint
from ingress.documents.core.tasks import TASK_PREFIX, TRIES, sweeps_in_vain, times_in_vain

WEBHOOK_TIME = timedelta(seconds=60)
"""How long a webhook, and what it causes, may be on its way."""


class Finding(StrEnum):
    """What to do about a listed document; all but the first cause a fetch."""

    KNOWN = "known"
    """It was published as it is, its fetch is under way, this very state was told before, or it was told often enough
    in vain: Basware's lists and single answers disagree about one version, or it belongs to another connection."""
    MISSED = "missed"
    """It waits for transfer and no webhook has told us."""
    TAKEN = "taken"
    """It is acknowledged, and we have never published this transfer as offered: somebody else reads the tenant."""
    CHANGED = "changed"
    """It was published, is parked, or was told in vain, and what is listed is not what is known."""


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
    if entry is None:
        return _news(None, found, shadow=shadow)
    published, tasks = Fingerprint.parse(entry.body.fingerprint), entry.body.tasks
    if entry.phase not in (Phase.FINAL, Phase.PARKED) or task in tasks or published == found:
        return Finding.KNOWN
    same_version = published is not None and _same_version(published, found)
    in_vain = sweeps_in_vain(tasks) if same_version else times_in_vain(tasks, task)
    if in_vain >= TRIES and (same_version or published is None):
        return Finding.KNOWN
    finding = _news(published, found, shadow=shadow)
    if finding is Finding.MISSED and entry.phase is Phase.PARKED:
        return Finding.CHANGED
    # A webhook may well have told of this version, or the first telling was counted: it is not missed once more.
    told_of = same_version or in_vain > 0
    return Finding.CHANGED if told_of and finding is not Finding.KNOWN else finding


def _news(published: Fingerprint | None, found: Fingerprint, *, shadow: bool) -> Finding:
    """What the listed state is to somebody who has published the other, or nothing."""
    if found.processing_status != ProcessingStatus.TRANSFER_IN_PROGRESS:
        return Finding.MISSED
    if shadow:
        return Finding.CHANGED if published is not None else Finding.KNOWN
    return Finding.TAKEN if published is None or _another_transfer(published, found) else Finding.CHANGED


def _same_version(published: Fingerprint, found: Fingerprint) -> bool:
    """Whether by all that Basware says of it, it did not change since: only its content is shown otherwise."""
    return found.last_updated != "" and replace(published, content_digest=found.content_digest) == found


def _another_transfer(published: Fingerprint, found: Fingerprint) -> bool:
    """The batch id differs for each transfer; without one, transfers cannot be told apart."""
    return found.batch_id not in ("", published.batch_id)
