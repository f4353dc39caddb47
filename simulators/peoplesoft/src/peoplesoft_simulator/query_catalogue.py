"""The queries a site has: the delivered ones, under the names and with the prompts the site gave them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from peoplesoft_simulator import chartfield_queries, code_queries, supplier_queries, voucher_queries
from peoplesoft_simulator.query import Ask, Query, QueryRow, Tables
from peoplesoft_simulator.query_setup import PromptRole, QuerySetup
from peoplesoft_simulator.reference_data import ReferenceData
from peoplesoft_simulator.site import Site

_BOUNDS: Mapping[PromptRole, str] = {"after": "AFTER", "up_to": "UP_TO"}
_PLAIN: Mapping[PromptRole, str] = {"setid": "SETID", **_BOUNDS}
_CHANGES: Mapping[PromptRole, str] = {**_PLAIN, "since": "SINCE"}
_BY_UNIT: Mapping[PromptRole, str] = {"setid": "BUSINESS_UNIT", **_BOUNDS}
_CHANGES_BY_UNIT: Mapping[PromptRole, str] = {**_BY_UNIT, "since": "SINCE"}
_ENTERED: Mapping[PromptRole, str] = {**_BY_UNIT, "from_day": "FROM_DAY", "to_day": "TO_DAY"}
_CHARTFIELDS = {
    "APS_ALTERNATE_ACCOUNTS": "ALTACCT",
    "APS_BUDGET_REFERENCES": "BUDGET_REF",
    "APS_CHARTFIELD1": "CHARTFIELD1",
    "APS_CHARTFIELD2": "CHARTFIELD2",
    "APS_CHARTFIELD3": "CHARTFIELD3",
    "APS_CLASSES": "CLASS_FLD",
    "APS_FUNDS": "FUND_CODE",
    "APS_OPERATING_UNITS": "OPERATING_UNIT",
    "APS_PRODUCTS": "PRODUCT",
    "APS_PROGRAMS": "PROGRAM_CODE",
}


def _over(
    find: Callable[[ReferenceData, Ask], Iterator[QueryRow]],
) -> Callable[[Tables, Ask], Iterator[QueryRow]]:
    """A query that looks at reference data alone."""
    return lambda tables, ask: find(tables.reference, ask)


_QUERIES = (
    Query(name="APS_SUPPLIERS", prompts=_CHANGES, rows=_over(supplier_queries.suppliers)),
    Query(name="APS_SUPPLIER_ADDRESSES", prompts=_CHANGES, rows=_over(supplier_queries.addresses)),
    Query(name="APS_SUPPLIER_LOCATIONS", prompts=_CHANGES, rows=_over(supplier_queries.locations)),
    Query(name="APS_SUPPLIER_CONTACTS", prompts=_CHANGES, rows=_over(supplier_queries.contacts)),
    Query(name="APS_SUPPLIER_BANKS", prompts=_CHANGES, rows=_over(supplier_queries.bank_accounts)),
    Query(name="APS_PAYMENT_TERMS", prompts=_PLAIN, rows=_over(code_queries.payment_terms)),
    Query(name="APS_TAX_CODES", prompts=_PLAIN, rows=_over(code_queries.vat_codes)),
    Query(name="APS_RATES", prompts=_BOUNDS, rows=_over(code_queries.rates)),
    Query(name="APS_ACCOUNTS", prompts=_CHANGES, rows=_over(chartfield_queries.accounts)),
    Query(name="APS_DEPARTMENTS", prompts=_CHANGES, rows=_over(chartfield_queries.departments)),
    Query(name="APS_PROJECTS", prompts=_BY_UNIT, rows=_over(chartfield_queries.projects)),
    *(
        Query(name=name, prompts=_CHANGES, rows=_over(chartfield_queries.values_of(field)))
        for name, field in _CHARTFIELDS.items()
    ),
    Query(name="APS_VOUCHERS", prompts=_CHANGES_BY_UNIT, rows=voucher_queries.vouchers),
    Query(name="APS_VOUCHER_PAYMENTS", prompts=_CHANGES_BY_UNIT, rows=voucher_queries.voucher_payments),
    Query(name="APS_VOUCHERS_ENTERED", prompts=_ENTERED, rows=voucher_queries.vouchers),
)
DELIVERED: Mapping[str, Query] = {each.name: each for each in _QUERIES}
"""The delivered queries by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteQuery:
    """A query as one site built it."""

    query: Query
    setup: QuerySetup

    @property
    def name(self) -> str:
        """The site's own name."""
        return self.setup.name or self.query.name

    @property
    def prompts(self) -> dict[str, PromptRole]:
        """What each of its prompts asks for, by the site's own name of the prompt."""
        return {
            self.setup.prompts.get(role, name): role
            for role, name in self.query.prompts.items()
            if role not in self.setup.without
        }


def queries_of(site: Site) -> Iterator[SiteQuery]:
    """All queries a site has."""
    for query in _QUERIES:
        setup = site.queries.get(query.name, QuerySetup())
        if setup.exists:
            yield SiteQuery(query=query, setup=setup)


def query_named(site: Site, name: str, *, owner: str) -> SiteQuery | None:
    """The query that site calls so; None if it has none, or only one of the other owner."""
    return next((each for each in queries_of(site) if each.name == name and each.setup.owner == owner), None)
