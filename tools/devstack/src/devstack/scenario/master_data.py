"""acme's master data in the demo: what its PeopleSoft holds, what changes there, and what Basware refuses. All data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from devstack.scenario.case import Order, Remote

Body = Mapping[str, Any]

SECTION: Body = {
    "time_zone": "America/New_York",
    "companies": {"SHARE": ["US10", "US20"]},
    "entities": {
        "payment_terms": {"full": "0 2 * * *"},
        "suppliers": {"changes": "*/15 * * * *", "full": "30 2 * * *"},
        "accounts": {"changes": "*/15 * * * *", "full": "0 3 * * *"},
        "cost_centers": {"changes": "*/15 * * * *", "full": "10 3 * * *"},
    },
}
"""The section of acme's connection: how a customer would have it."""
_IMPORT_SECONDS = 0.6
_NEWCOMER, _UNKNOWN_TERMS, _KNOWN_TERMS = "0000777001", "45N", "30N"


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterDataScript:
    """What is shown of one connection's master data.

    `surroundings` are ordered before the connection is applied. Then `renames` suppliers are renamed in PeopleSoft;
    then one is entered whose external code is `newcomer` and which Basware refuses, `refusal` being in its words; later
    it is corrected.
    """

    connection: str
    surroundings: tuple[Order, ...]
    renames: int
    renamed: Order
    newcomer: str
    entered: Order
    refusal: str
    corrected: Order


def script(connection: str, *, today: date) -> MasterDataScript:
    """2,000 suppliers, 500 accounts and 300 cost centres beside those of every simulated site, saved yesterday.

    One supplier was saved just now: readings of changes begin there, and not with everything once more.
    """
    saved = f"{today - timedelta(days=1):%Y-%m-%d}T06:00:00Z"
    name, renames = "Brightwater Catering Ltd.", 10
    return MasterDataScript(
        connection=connection,
        surroundings=(
            _in_peoplesoft(
                "generate", suppliers=2000, accounts=500, departments=300, seed=1, changed_at=saved
            ),
            _in_peoplesoft("change_some", count=1, what="address", seed=9),
            Order(
                remote=Remote.BASWARE, path="settings", body={"imports": {"delay_seconds": _IMPORT_SECONDS}}
            ),
        ),
        renames=renames,
        renamed=_in_peoplesoft(
            "change_some", f"{renames} suppliers are renamed", count=renames, what="name", seed=5
        ),
        newcomer=f"SHARE_{_NEWCOMER}",
        entered=_in_peoplesoft(
            "change",
            f"supplier {_NEWCOMER} is entered, {name}, with payment terms {_UNKNOWN_TERMS}",
            suppliers=[{"vendor_id": _NEWCOMER, "name": name, "terms": _UNKNOWN_TERMS}],
        ),
        refusal=f"PaymentTermCode {_UNKNOWN_TERMS} does not exist",
        corrected=_in_peoplesoft(
            "change",
            f"its payment terms are corrected to {_KNOWN_TERMS}",
            suppliers=[{"vendor_id": _NEWCOMER, "terms": _KNOWN_TERMS}],
        ),
    )


def _in_peoplesoft(what: str, says: str = "", /, **body: Any) -> Order:
    return Order(remote=Remote.PEOPLESOFT, path=f"masterdata/{what}", body=body, says=says)
