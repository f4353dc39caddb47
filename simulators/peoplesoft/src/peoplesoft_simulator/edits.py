"""The edits of the voucher component: defaults first, then everything that can be wrong with what was entered.

Pure rules over one voucher. ChartField, balance, combination and matching errors may be set to recycle (the
voucher is saved but cannot be posted or paid), all others keep the voucher from being saved.
"""

from dataclasses import dataclass
from datetime import datetime

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.amount_edits import balance_faults, currency_faults, tax_faults
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.header_edits import header_faults
from peoplesoft_simulator.line_edits import chart_field_faults, combination_faults, line_faults
from peoplesoft_simulator.matching import Vouchered, match_exceptions, order_faults
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.site import MatchAction, Settings
from peoplesoft_simulator.structure import LINE
from peoplesoft_simulator.voucher_defaults import with_defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A voucher with its defaults, and what the edits found.

    Errors keep it unsaved, recycles unpostable; exceptions are saved as match exceptions.
    """

    row: Row
    errors: tuple[Message, ...]
    recycles: tuple[Message, ...] = ()
    exceptions: tuple[Message, ...] = ()


def edit(
    entered: Row, *, data: ReferenceData, settings: Settings, now: datetime, vouchered: Vouchered
) -> Edited:
    """Default and check one voucher as of its accounting date."""
    name = entered.text("BUSINESS_UNIT")
    unit = data.business_units.get(name)
    if unit is None:
        return Edited(row=entered, errors=(catalogue.BUSINESS_UNIT_INVALID.says(name),))
    row = with_defaults(entered, unit=unit, data=data, settings=settings, today=now.date())
    day = row.day("ACCOUNTING_DT") or now.date()
    unmatched = tuple(match_exceptions(row, unit=unit, data=data, vouchered=vouchered))
    found: list[tuple[MatchAction, Message]] = [
        *(("reject", each) for each in header_faults(row, unit=unit, data=data, settings=settings, now=now)),
        *(("reject", each) for each in currency_faults(row, data=data)),
        *(("reject", each) for each in tax_faults(row, unit=unit, data=data, settings=settings, day=day)),
        *(("reject", each) for each in order_faults(row, unit=unit, data=data)),
        *(("reject", each) for each in line_faults(row)),
        *((settings.balance_action, each) for each in balance_faults(row)),
        *(
            (settings.chartfield_action, each)
            for each in chart_field_faults(row, unit=unit, data=data, day=day)
        ),
        *((rule.action, each) for rule, each in combination_faults(row, data=data)),
        *((settings.match_edit, each) for each in unmatched),
    ]

    def to(action: MatchAction) -> tuple[Message, ...]:
        return tuple(each for what, each in found if what == action)

    return Edited(
        row=row.having(MATCH_STATUS_VCHR=_match_status(row, unmatched=bool(unmatched))),
        errors=to("reject"),
        recycles=to("recycle"),
        exceptions=to("exception"),
    )


def _match_status(row: Row, *, unmatched: bool) -> str:
    """N not to be matched, M matched, E exceptions (assumption)."""
    has_orders = any(line.text("PO_ID") for line in row.children(LINE))
    if row.text("MATCH_ACTION") != "Y" or not has_orders:
        return "N"
    return "E" if unmatched else "M"
