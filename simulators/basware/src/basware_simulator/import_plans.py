"""What P2P makes of the next imports, where it is told beforehand. Orders live as long as the process."""

from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import ConfigDict

from .import_records import Finding, ItemEnd, Verdict
from .item_outcomes import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What the next items of an import meet.

    Args:
        api: such as ``vendors`` or ``lists/ACC_LIST_1``.
        external_code: of one record; None means any.
        times: how many items; None means all until the order is deleted.
        status: how the item ends; None leaves that to the rules of P2P and only delays it.
        delay_seconds: for how long the item stays in progress, on the simulated clock; None leaves it to the
            tenant.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    tenant: str
    api: str
    external_code: str | None = None
    times: int | None = 1
    status: ItemEnd | None = "Error"
    message: str = "Record skipped"
    category: Category = "DataValidation"
    delay_seconds: float | None = None

    def verdict(self) -> Verdict | None:
        """The end it plans, if it plans one."""
        if self.status is None:
            return None
        found = () if self.status == "Success" else (Finding(message=self.message, category=self.category),)
        return Verdict(status=self.status, findings=found)


class ImportPlans:
    """The orders that are still open, oldest first."""

    def __init__(self) -> None:
        self._open: list[ImportPlan] = []

    def order(self, plan: ImportPlan) -> None:
        """Add an order behind the others."""
        self._open.append(plan)

    def clear(self, tenant: str | None = None) -> None:
        """Forget every order, or those of one tenant."""
        self._open = [plan for plan in self._open if tenant not in (None, plan.tenant)]

    def open_orders(self) -> tuple[ImportPlan, ...]:
        """What is still to come."""
        return tuple(self._open)

    def take(self, *, tenant: str, api: str, code: str) -> ImportPlan | None:
        """Find the first order that fits an item, and use it up once."""
        for index, plan in enumerate(self._open):
            if (plan.tenant, plan.api) == (tenant, api) and plan.external_code in (None, code):
                if plan.times is not None and plan.times <= 1:
                    del self._open[index]
                elif plan.times is not None:
                    self._open[index] = replace(plan, times=plan.times - 1)
                return plan
        return None
