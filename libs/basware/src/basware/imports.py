"""The APIs that take master data: where each is, how much it takes at once, what a token needs for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from basware._json import Json
from basware.generic_lists import GENERIC_LISTS

MOST_IMPORT_BYTES = 6_000_000
"""Size of one request with brackets and commas. "6 MB" is read as the smaller of its two meanings."""

_LISTS = "lists"
_REQUEST_STATUS_SCOPES = ("requestStatus.read", "requestStatus.write")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportApi:
    """One API of master data.

    A POST of up to `most_records` records creates them or overwrites them whole: what is left out is lost, records
    that are not in it stay. `entity_type` and `list_key` are what a request status calls them, `wrapper` is the name
    of the list in a GET answer, `page_size` how many records the API gives unasked, `scope` its name in scopes.
    """

    name: str
    path: tuple[str, ...]
    wrapper: str
    entity_type: str
    scope: str
    most_records: int = 500
    page_size: int = 500
    list_key: str | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that a token needs to read and to write this API."""
        return (f"{self.scope}.read", f"{self.scope}.write")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAccepted:
    """A batch is stored; what P2P makes of it, item by item, is asked with `request_id`.

    None when the answer names none: then the request is found by `request_statuses`, or the batch sent again.
    """

    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecord:
    """One record as the API holds it, which need not be what P2P made of it; fractions are Decimal, others int."""

    external_code: str
    content: Mapping[str, Json]


def list_api(key: str) -> ImportApi:
    """The API of one generic list, named `lists/<key>`; ValueError when Basware has no such list."""
    if key not in GENERIC_LISTS:
        raise ValueError(
            f"{key} is no generic list: they are ACC_LIST_1 to 35, INV_LIST_1 to 20, CUST_RESOLVER_1 to 5"
        )
    return ImportApi(
        name=f"{_LISTS}/{key}",
        path=("v1", _LISTS, key),
        wrapper="listItems",
        entity_type="GenericList",
        scope=_LISTS,
        list_key=key,
    )


def import_api(name: str) -> ImportApi:
    """The API of this name, `vendors` or `lists/ACC_LIST_1`; ValueError when there is none."""
    found = IMPORTS.get(name)
    if found is not None:
        return found
    family, separator, key = name.partition("/")
    if family != _LISTS or not separator:
        raise ValueError(f"{name} is no API of master data: they are {', '.join(IMPORTS)} and lists/<key>")
    return list_api(key)


def import_scopes(apis: Iterable[ImportApi]) -> tuple[str, ...]:
    """The scopes to import into these APIs and to follow what becomes of it: no more, or no token may be given."""
    wanted = dict.fromkeys(scope for api in apis for scope in api.scopes)
    return (*wanted, *_REQUEST_STATUS_SCOPES)


def _api(name: str, entity_type: str) -> ImportApi:
    return ImportApi(name=name, path=("v1", name), wrapper=name, entity_type=entity_type, scope=name)


IMPORTS: Mapping[str, ImportApi] = MappingProxyType(
    {
        "paymentTerms": _api("paymentTerms", "PaymentTerm"),
        "taxCodes": _api("taxCodes", "TaxCode"),
        "accounts": _api("accounts", "Account"),
        "costCenters": _api("costCenters", "CostCenter"),
        "projects": ImportApi(
            name="projects",
            path=("v2", "projects"),
            wrapper="projects",
            entity_type="Project",
            scope="projects",
        ),
        "exchangeRates": _api("exchangeRates", "ExchangeRate"),
        "vendors": ImportApi(
            name="vendors",
            path=("v1", "vendors"),
            wrapper="vendorEntities",
            entity_type="Vendor",
            scope="vendors",
            most_records=200,
            page_size=100,
        ),
    }
)
"""The APIs by name, apart from the generic lists (P2P OpenAPI 26.06)."""

MASTERDATA_SCOPES = import_scopes((*IMPORTS.values(), list_api("ACC_LIST_1")))
"""The scopes of all of them together."""
