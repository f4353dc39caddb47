"""Master data by the thousand: ChartFields invented by a seed, and changes to suppliers that a seed picks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from peoplesoft_simulator.invented_suppliers import InventedSuppliers
from peoplesoft_simulator.master_data_changes import MasterDataChange, Removal, SupplierChange
from peoplesoft_simulator.reference_data import ChartField, ReferenceData
from peoplesoft_simulator.site import STRICT
from peoplesoft_simulator.suppliers import Address
from peoplesoft_simulator.world import DEFAULT_NODE

MOST_CHANGED = 20_000
"""Suppliers that one call may change; a changed one weighs, an invented one does not."""
_PREFIXES = {"ACCOUNT": "3", "DEPTID": "0", "PROJECT_ID": "PRJ"}
_TERMS = ("00", "14N", "30N", "NT60")

Some = Annotated[int, Field(ge=0, le=20_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """How much is to be invented in a SetID; suppliers replace those invented there before.

    `chartfields` are further ChartFields by name. All is saved at `changed_at`, now unless given.
    """

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    setid: str = "SHARE"
    seed: int = 0
    suppliers: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    first_supplier: Annotated[int, Field(ge=0, le=9_000_000_000)] = 1_000_000
    accounts: Some = 0
    departments: Some = 0
    projects: Some = 0
    chartfields: dict[str, Some] = field(default_factory=dict)
    changed_at: AwareDatetime | None = None

    def added_to(self, data: ReferenceData, *, now: datetime) -> ReferenceData:
        """The data with what is invented."""
        at = self.changed_at or now
        counts = {"ACCOUNT": self.accounts, "DEPTID": self.departments, "PROJECT_ID": self.projects}
        rows = [
            _chart_field(name, number, setid=self.setid, at=at)
            for name, count in {**counts, **self.chartfields}.items()
            for number in range(count)
        ]
        more = data.with_chart_fields(rows) if rows else data
        group = InventedSuppliers(
            count=self.suppliers, changed_at=at, setid=self.setid, seed=self.seed, first=self.first_supplier
        )
        return more.inventing(group) if self.suppliers else more


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSome:
    """Approved suppliers of a SetID that are to change: so many, or that share of all. The seed picks them."""

    __pydantic_config__ = STRICT

    node: str = DEFAULT_NODE
    setid: str = "SHARE"
    count: Annotated[int, Field(ge=0)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: int = 0
    what: Literal["name", "address", "terms", "inactivate", "remove"] = "name"
    silently: bool = False

    def __post_init__(self) -> None:
        if (self.count is None) == (self.share is None):
            raise ValueError("give either count or share")

    def picked(self, data: ReferenceData) -> list[str]:
        """The ids, sorted; fewer than asked for only when there are not as many approved suppliers."""
        ids = sorted(vendor_id for setid, vendor_id in data.suppliers if setid == self.setid)
        wanted = round(len(ids) * self.share) if self.share is not None else self.count or 0
        random.Random(self.seed).shuffle(ids)  # noqa: S311 - a draw to be repeated, not a secret
        approved = (each for each in ids if data.suppliers[self.setid, each].status == "A")
        return sorted(each for each, _ in zip(approved, range(wanted), strict=False))

    def change(self, ids: list[str], *, now: datetime) -> MasterDataChange:
        """What becomes of them."""
        if self.what == "remove":
            return MasterDataChange(node=self.node, setid=self.setid, remove=Removal(suppliers=tuple(ids)))
        changes = tuple(self._changes(ids, now=now))
        return MasterDataChange(node=self.node, setid=self.setid, silently=self.silently, suppliers=changes)

    def _changes(self, ids: list[str], *, now: datetime) -> Iterator[SupplierChange]:
        draws = random.Random(f"{self.seed}/{self.what}")  # noqa: S311 - a draw to be repeated, not a secret
        for each in ids:
            draw = draws.randrange(10_000)
            match self.what:
                case "name":
                    yield SupplierChange(vendor_id=each, name=f"Renamed Supplies {draw} {each[-6:]}")
                case "address":
                    lines = (f"{draw} Changed Street",)
                    address = Address(number=1, effdt=now.date(), lines=lines, city="Elsewhere")
                    yield SupplierChange(vendor_id=each, address=address)
                case "terms":
                    yield SupplierChange(vendor_id=each, terms=_TERMS[draw % len(_TERMS)])
                case _:
                    yield SupplierChange(vendor_id=each, status="I")


def _chart_field(name: str, number: int, *, setid: str, at: datetime) -> ChartField:
    """Accounts 300001.., departments 000001.. (leading zeros), projects PRJ00001.., others OP001.. and alike.

    Of fifty accounts one is statistical and one only for budgets.
    """
    value = f"{_PREFIXES[name]}{number + 1:05d}" if name in _PREFIXES else f"{name[:2]}{number + 1:03d}"
    return ChartField(
        field=name,
        value=value,
        setid=setid,
        descr=f"{name.replace('_', ' ').title()} {number + 1}",
        statistics=name == "ACCOUNT" and number % 50 == 49,
        budgetary_only=name == "ACCOUNT" and number % 50 == 48,
        manager=f"{number % 97:08d}" if name == "DEPTID" else "",
        starts=date(2020, 1, 1) + timedelta(days=number % 1000) if name == "PROJECT_ID" else None,
        changed_at=at,
    )
