"""What the import counts."""

from ap_domain.masterdata.record import ImportState, ImportStep
from chassis import metrics

_ENTITY = ("connection", "entity")

REQUESTS = metrics.counter(
    "masterdata_import_requests",
    "Requests that import master data into Basware, by outcome: stored, turned_down, too_large, no_answer, "
    "not_allowed or locked_out.",
    (*_ENTITY, "outcome"),
)
SENT = metrics.counter(
    "masterdata_sent", "Records stored by Basware's API; sent again they count again.", _ENTITY
)
CONFIRMED = metrics.counter("masterdata_confirmed", "Records that Basware has taken over.", _ENTITY)
REFUSED = metrics.counter(
    "masterdata_refused", "Records that Basware, or a rule of it that we check before, refused.", _ENTITY
)
MISSING = metrics.counter(
    "masterdata_content_missing",
    "Records whose content did not lie where it was published for a minute, by entity.",
    _ENTITY,
)

PENDING = metrics.computed(
    "masterdata_import_pending", "Records of which Basware must still be told.", _ENTITY
)
ASKING = metrics.computed(
    "masterdata_import_asking", "Records that were sent and on which Basware's word is awaited.", _ENTITY
)
REFUSED_NOW = metrics.computed(
    "masterdata_import_refused",
    "Records that stand refused: `apstream masterdata refused` lists them.",
    _ENTITY,
)
OLDEST = metrics.computed(
    "masterdata_import_oldest_pending_seconds",
    "How long the oldest record has been waiting to be sent, as this process knows it; 0 when none is.",
    _ENTITY,
)

_STEPS = {ImportStep.SENT: SENT, ImportStep.CONFIRMED: CONFIRMED, ImportStep.REFUSED: REFUSED}


def told(state: ImportState) -> None:
    """A word on a record is durable."""
    counter = _STEPS.get(state.step)
    if counter is not None:
        counter.labels(state.connection_id, state.entity).inc()
