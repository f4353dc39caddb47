"""What became of everything, in numbers: the first lines of a verdict."""

import re
from collections import Counter
from collections.abc import Mapping

from .endings import ending
from .evidence import Evidence
from .promises.master_data import refused
from .records import NOTIFICATIONS

_REASON_CHARACTERS = 70
_NAMES = re.compile(r"\b(?=\w*\d)[\w/.-]{4,}")


def counts(evidence: Evidence) -> Mapping[str, int]:
    """Records read, webhooks accepted, invoices by how they ended (parked ones by reason), master data refused."""
    ended: Counter[str] = Counter()
    parked: Counter[str] = Counter()
    for case in evidence.cases:
        for entry in case.invoices.values():
            found = ending(case, entry, now=evidence.at)
            ended[found.name] += 1
            if found.name in ("parked", "waiting"):
                parked[f"  {found.name}: {_kind(found.reason)}"] += 1
    operations = Counter(each.outcome for each in evidence.operations)
    return {
        "records read": sum(map(len, evidence.log.records.values())),
        "accepted": sum(len(case.of(NOTIFICATIONS)) for case in evidence.cases),
        "invoices": sum(len(case.invoices) for case in evidence.cases),
        **{name: ended[name] for name in sorted(ended)},
        **dict(sorted(parked.items())),
        "writes at Basware": sum(len(case.books.writes) for case in evidence.cases),
        "creates at PeopleSoft": sum(
            call["operation"] == "create" for case in evidence.cases for call in case.books.calls
        ),
        "vouchers": sum(len(case.books.vouchers) for case in evidence.cases),
        "payments told": sum(
            row["paidTotal"] is not None for case in evidence.cases for row in case.books.paid
        ),
        "master data in Basware": sum(
            len(records) for case in evidence.cases for records in case.books.pickable.values()
        ),
        "master data refused": sum(
            len(refused(case, entity))
            for case in evidence.cases
            for entity in case.connection.masterdata.get("entities", {})
        ),
        **{f"operations {name}": operations[name] for name in sorted(operations)},
    }


def _kind(reason: str) -> str:
    """A reason without what names one record, so that equal ones are counted together."""
    return _NAMES.sub("...", reason)[:_REASON_CHARACTERS]
