"""The imports there are: where each lies, what it takes, and how much at once (P2P OpenAPI 26.06)."""

from dataclasses import dataclass

from .master_data_model import (
    ACCOUNT,
    COST_CENTER,
    EXCHANGE_RATE,
    LIST_ITEM,
    PAYMENT_TERM,
    PROJECT,
    TAX_CODE,
)
from .schema import Shape
from .vendor_model import VENDOR

MOST_PER_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportApi:
    """One kind of master data.

    Args:
        name: as in paths, scopes and operations.
        entity_type, version: as requestStatus names them.
        wrapper: the field of a read list that holds its records.
        code: the field whose value is unique per company, if there is one.
        names: the field of translations, if there is one.
        most: records a POST; page: records a page unless asked otherwise.
    """

    name: str
    shape: Shape
    entity_type: str
    wrapper: str
    version: int = 1
    code: str | None = None
    names: str | None = None
    most: int = 500
    page: int = MOST_PER_PAGE

    @property
    def path(self) -> str:
        """The address of its lists; generic lists have their key in it."""
        key = "/{listKey}" if self.name == LISTS else ""
        return f"/v{self.version}/{self.name}{key}"


LISTS = "lists"
PAYMENT_TERMS = "paymentTerms"
VENDORS = "vendors"

IMPORT_APIS = {
    api.name: api
    for api in (
        ImportApi(
            name=PAYMENT_TERMS,
            shape=PAYMENT_TERM,
            entity_type="PaymentTerm",
            wrapper="paymentTerms",
            code="paymentTermCode",
            names="paymentTermNames",
        ),
        ImportApi(
            name="taxCodes",
            shape=TAX_CODE,
            entity_type="TaxCode",
            wrapper="taxCodes",
            code="taxCode",
            names="taxCodeNames",
        ),
        ImportApi(
            name="accounts",
            shape=ACCOUNT,
            entity_type="Account",
            wrapper="accounts",
            code="accountCode",
            names="accountNames",
        ),
        ImportApi(
            name="costCenters",
            shape=COST_CENTER,
            entity_type="CostCenter",
            wrapper="costCenters",
            code="costCenterCode",
            names="costCenterNames",
        ),
        ImportApi(
            name="projects",
            shape=PROJECT,
            entity_type="Project",
            wrapper="projects",
            version=2,
            code="projectCode",
        ),
        ImportApi(
            name="exchangeRates", shape=EXCHANGE_RATE, entity_type="ExchangeRate", wrapper="exchangeRates"
        ),
        ImportApi(
            name=VENDORS,
            shape=VENDOR,
            entity_type="Vendor",
            wrapper="vendorEntities",
            code="vendorCode",
            most=200,
            page=100,
        ),
        ImportApi(name=LISTS, shape=LIST_ITEM, entity_type="GenericList", wrapper="listItems"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCapacity:
    """How many columns of each kind a generic list has in P2P, and how long its texts may be."""

    texts: int
    numbers: int = 0
    dates: int = 0
    longest: int = 250


_FAMILIES = (
    ("ACC_LIST_", 1, 10, ListCapacity(texts=5, numbers=3)),
    ("ACC_LIST_", 11, 20, ListCapacity(texts=5, numbers=3, longest=50)),
    ("ACC_LIST_", 21, 30, ListCapacity(texts=10, numbers=5, dates=5)),
    ("ACC_LIST_", 31, 35, ListCapacity(texts=25, numbers=10, dates=10)),
    ("INV_LIST_", 1, 10, ListCapacity(texts=5)),
    ("INV_LIST_", 11, 20, ListCapacity(texts=10, numbers=5, dates=5)),
    ("CUST_RESOLVER_", 1, 5, ListCapacity(texts=15, numbers=15, dates=15)),
)
LIST_CAPACITIES = {
    f"{prefix}{number}": capacity
    for prefix, first, last, capacity in _FAMILIES
    for number in range(first, last + 1)
}


def find_api(name: str) -> ImportApi | None:
    """The import that a name such as ``vendors`` or ``lists/ACC_LIST_1`` stands for."""
    kind, _, key = name.partition("/")
    if (kind == LISTS) != bool(key) or (key and key not in LIST_CAPACITIES):
        return None
    return IMPORT_APIS.get(kind)


def api_named(name: str) -> ImportApi:
    """The import of a name that `find_api` knows.

    Raises:
        KeyError: it does not.
    """
    return IMPORT_APIS[name.partition("/")[0]]


def list_key(name: str) -> str | None:
    """The key of a generic list; None for any other import."""
    return name.partition("/")[2] or None
