"""The component's edits over the usual voucher, without a server."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from peoplesoft_simulator.edits import Edited, edit
from peoplesoft_simulator.purchase_orders import PoPlace
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.row import row_from_json
from peoplesoft_simulator.site import Settings

from .usual_voucher import Values, voucher


@dataclass(slots=True, kw_only=True)
class Editor:
    """Runs the component's edits over the usual voucher with changes, without a server."""

    data: ReferenceData
    settings: Settings = field(default_factory=Settings)
    now: datetime = datetime(2026, 3, 15, 12, tzinfo=UTC)
    vouchered: dict[PoPlace, Decimal] = field(default_factory=dict)

    def __call__(self, **changes: Any) -> Edited:
        """Values may be numbers; None leaves a field out."""
        return edit(
            row_from_json(_texts(voucher(**changes))),
            data=self.data,
            settings=self.settings,
            now=self.now,
            vouchered=lambda place: self.vouchered.get(place, Decimal(0)),
        )

    def errors(self, **changes: Any) -> list[str]:
        """What keeps the voucher from being saved."""
        return [each.text for each in self(**changes).errors]


def _texts(values: Values) -> Values:
    return {
        name: [_texts(each) for each in value] if isinstance(value, list) else str(value)
        for name, value in values.items()
    }
