"""What a connection's `masterdata` section says, checked: what is polled when, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ap_domain.mapping.expression import Expression
from ap_domain.mapping.rule import Rule, Table
from ap_domain.masterdata.basware_fields import Field
from ap_domain.masterdata.entity import Kind, list_key

__all__ = [
    "EntityPlan",
    "FieldRule",
    "ImportLimit",
    "MasterDataPlan",
    "PartPlan",
    "Prompts",
    "QueryOwner",
    "QueryRoute",
    "import_limit",
]


class QueryOwner(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class QueryRoute(StrEnum):
    """How PeopleSoft's queries are run."""

    REST = "rest"
    SOAP = "soap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """The site's names of a query's prompts; None where the query has none."""

    setid: str | None
    """Equal to; of projects the business unit."""
    after: str | None
    """The paging key is greater than; blank: from the start."""
    up_to: str | None
    """The paging key is not greater than; blank: no bound."""
    since: str | None
    """Changed not before; blank: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One field of Basware: `path` from the record, or from the element of the list it stands in."""

    path: tuple[str, ...]
    field: Field
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """A second query under the same paging key. `key` tells its rows apart within the record; all rows of the
    latest EFFDT under `dated_by` are current.
    """

    query: str
    key: tuple[str, ...]
    dated_by: tuple[str, ...]
    columns: frozenset[str]
    """What each row must have."""
    rules: tuple[FieldRule, ...]
    """Of the element that each current, active row becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLimit:
    """`api` as Basware names it (of generic lists `lists/ACC_LIST_1`), `most` records a request."""

    api: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPlan:
    """One entity of a connection.

    `key` are the row fields that make a record's key; the first is the one that pages (AFTER, UP_TO) and that parts
    share. `scope` is the row field of the SetID or business unit, None where rows have none, and `companies` says
    which Basware companies may pick from each of its values (of an entity without scope: from everything, under "").
    `changed_at` is the time of a row's last change: the watermark of reading changes; None where there is none.
    `changes` and `full` are cron texts, "" where nothing is scheduled.
    """

    entity: str
    kind: Kind
    limit: ImportLimit
    query: str
    parts: Mapping[str, PartPlan]
    prompts: Prompts
    scope: str | None
    companies: Mapping[str, tuple[str, ...]]
    key: tuple[str, ...]
    effective: str | None
    changed_at: str | None
    changes: str
    full: str
    active: Expression | None
    """Whether a current row is active; None: every one is."""
    leave_out: Expression | None
    """Current rows that Basware should not have."""
    inherit: bool
    """Whether the units under a company may pick from it too."""
    columns: frozenset[str]
    """What each main row must have."""
    rules: tuple[FieldRule, ...]
    shrink_limit: Decimal
    shrink_floor: int

    @property
    def page_key(self) -> str:
        """The row field that pages."""
        return self.key[0]

    @property
    def scopes(self) -> tuple[str | None, ...]:
        """The values of the SETID prompt that are read one after the other; a single None: it is not sent."""
        return tuple(self.companies) if self.prompts.setid is not None else (None,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterDataPlan:
    """One version of a connection's master data, made by `parse_masterdata`; `entities` in the order of import."""

    time_zone: ZoneInfo
    query_owner: QueryOwner
    route: QueryRoute
    page_rows: int
    watermark_overlap_seconds: int
    code_prefix: str
    """Stands before every external code: tells several PeopleSoft systems of one Basware tenant apart."""
    entities: Mapping[str, EntityPlan]
    tables: Mapping[str, Table] = field(default_factory=dict)


_LIMITS: Mapping[Kind, ImportLimit] = MappingProxyType(
    {
        Kind.PAYMENT_TERMS: ImportLimit(api="paymentTerms", most=500),
        Kind.TAX_CODES: ImportLimit(api="taxCodes", most=500),
        Kind.ACCOUNTS: ImportLimit(api="accounts", most=500),
        Kind.COST_CENTERS: ImportLimit(api="costCenters", most=500),
        Kind.PROJECTS: ImportLimit(api="projects", most=500),
        Kind.EXCHANGE_RATES: ImportLimit(api="exchangeRates", most=500),
        Kind.SUPPLIERS: ImportLimit(api="vendors", most=200),
    }
)


def import_limit(entity: str, kind: Kind) -> ImportLimit:
    """Where and in which portions an entity is imported (P2P OpenAPI 26.06)."""
    if kind is Kind.LIST:
        return ImportLimit(api=f"lists/{list_key(entity)}", most=500)
    return _LIMITS[kind]
