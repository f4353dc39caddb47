"""What the control API takes, typed. A field that is left out is left as it is; an unknown field is refused."""

from dataclasses import dataclass, field
from typing import Any, Literal

from peoplesoft_simulator.reference_data import BusinessUnit, ChartField, Codes, Supplier
from peoplesoft_simulator.site import STRICT, Operation
from peoplesoft_simulator.world import DEFAULT_NODE, DEFAULT_OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorBody:
    """An operator to add or change. A password that is set also unlocks; `locked` false unlocks by itself."""

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    operator: str = DEFAULT_OPERATOR
    password: str | None = field(default=None, repr=False)
    operations: tuple[Operation, ...] | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBody:
    """Reference data to add or replace at one site."""

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    business_units: tuple[BusinessUnit, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    chartfields: tuple[ChartField, ...] = ()
    codes: Codes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherActionBody:
    """What a clerk does to a voucher: delete it, close it, or set its statuses."""

    __pydantic_config__ = STRICT

    action: Literal["delete", "close", "set_status"]
    node: str = DEFAULT_NODE
    entry_status: str | None = None
    close_status: str | None = None
    post_status_ap: str | None = None

    def values(self) -> dict[str, str]:
        """The header values to set."""
        if self.action == "delete":
            return {"ENTRY_STATUS": "X"}
        if self.action == "close":
            return {"CLOSE_STATUS": "C"}
        given = {
            "ENTRY_STATUS": self.entry_status,
            "CLOSE_STATUS": self.close_status,
            "POST_STATUS_AP": self.post_status_ap,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBody:
    """How far to move the clock."""

    __pydantic_config__ = STRICT

    advance_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteExtras:
    """What comes with a site besides the site: its operator, and the data a fresh one starts with."""

    __pydantic_config__ = STRICT

    operator: str = DEFAULT_OPERATOR
    password: str | None = field(default=None, repr=False)
    dataset: Literal["default", "empty"] = "default"


def split_site(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of a site's body: the site's own fields, and those of :class:`SiteExtras`."""
    extras = {"operator", "password", "dataset"}
    return (
        {name: value for name, value in body.items() if name not in extras},
        {name: value for name, value in body.items() if name in extras},
    )
