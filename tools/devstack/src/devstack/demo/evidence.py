"""What is known of one invoice when it is judged: Basware's books, PeopleSoft's books, the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ap_domain.audit import AuditEvent

from devstack.demo.audit_feed import word
from devstack.scenario import Case

Json = dict[str, Any]

_MADE = ("posted", "adopted", "adopted by the connection's rule")
_DELETED = "X"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`document` is Basware's whole view of it, `vouchers` and `creates` are everything of its PeopleSoft site."""

    case: Case
    document: Json
    vouchers: Sequence[Json]
    creates: Sequence[Json]
    events: Sequence[AuditEvent]

    @property
    def status(self) -> str:
        return str(self.document["status"])

    @property
    def steps(self) -> list[str]:
        """Audit actions in order of time."""
        return [word(event) for event in sorted(self.events, key=lambda event: event.at)]

    @property
    def told(self) -> Json | None:
        """The last response that Basware stored."""
        responses = self.document["document"].get("transferResponses") or []
        return dict(responses[-1]) if responses else None

    @property
    def made(self) -> list[str]:
        """Every voucher the services say they made or adopted for it, as unit/number, oldest first."""
        named = (
            f"{event.detail['business unit']}/{event.detail['voucher']}"
            for event in self.events
            if event.action in _MADE
        )
        return list(dict.fromkeys(named))

    @property
    def live(self) -> list[Json]:
        """Those of them that live in PeopleSoft's books."""
        return [each for each in self.vouchers if name_of(each) in self.made and is_live(each)]

    @property
    def under_number(self) -> list[Json]:
        """All live vouchers under its number as PeopleSoft has it."""
        number = self.live[0]["INVOICE_ID"] if self.live else self.case.bill.number
        return [each for each in self.vouchers if each["INVOICE_ID"] == number and is_live(each)]

    @property
    def own_creates(self) -> list[Json]:
        """The create calls under its number."""
        number = self.live[0]["INVOICE_ID"] if self.live else self.case.bill.number
        return [each for each in self.creates if each["invoice_id"] == number]

    @property
    def answers(self) -> list[int]:
        """How the attempts of its first notification were answered, oldest first."""
        tasks = self.document["notifications"]
        return [attempt["status"] for attempt in tasks[0]["attempts"]] if tasks else []


def is_live(voucher: Json) -> bool:
    return bool(voucher["ENTRY_STATUS"] != _DELETED)


def name_of(voucher: Json) -> str:
    """Unit/number."""
    return f"{voucher['BUSINESS_UNIT']}/{voucher['VOUCHER_ID']}"
