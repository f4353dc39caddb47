"""What P2P makes of a record that the API layer took: its rules go beyond the schema.

The words of the first are Basware's; the others are made up in their manner. Assumptions: one company that the
tenant does not have refuses the whole record; a payment term is known when any company has it; a record without
an en-US name is taken with a warning (the vendor only recommends it).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from .import_apis import (
    IMPORT_APIS,
    LIST_CAPACITIES,
    LISTS,
    PAYMENT_TERMS,
    VENDORS,
    ImportApi,
    api_named,
    list_key,
)
from .import_records import SUCCESS, Finding, Verdict
from .p2p_index import Claims, P2PIndex, claims_of
from .records import Tenant

WRONG_COMPANY = "Record skipped due to wrong or missing CompanyCode"
LONGEST_BANK_ACCOUNT = 32
_COLUMN = re.compile(r"(text|number|dateValue)_(\d+)")


def judge(*, tenant: Tenant, index: P2PIndex, api: str, code: str, text: str) -> tuple[Verdict, bool]:
    """How an item ends, and whether P2P would rather try it again later: what it names may yet come."""
    kind = api_named(api)
    content: dict[str, Any] = json.loads(text)
    claims = claims_of(kind, content)
    waiting = list(_missing(tenant, index, kind, content))
    errors = [
        *_companies(tenant, kind, content, claims),
        *_codes(index, kind, code, claims),
        *_bank_accounts(index, code, claims),
        *_columns(api, content),
        *waiting,
    ]
    if errors:
        return _verdict("Error", errors), len(errors) == len(waiting)
    if kind.names and not any(name["language"].lower() == "en-us" for name in content[kind.names]):
        return _verdict("Warning", [f"{kind.names} has no translation for en-US"]), False
    return SUCCESS, False


def _verdict(status: Any, messages: list[str]) -> Verdict:
    return Verdict(status=status, findings=tuple(Finding(message=message) for message in messages))


def _companies(tenant: Tenant, api: ImportApi, content: dict[str, Any], claims: Claims) -> Iterator[str]:
    if api.name == LISTS and content.get("companies") is None:
        return
    known = tenant.company_codes
    if not claims.companies or (known and not set(claims.companies) <= set(known)):
        yield WRONG_COMPANY


def _codes(index: P2PIndex, api: ImportApi, code: str, claims: Claims) -> Iterator[str]:
    if claims.code is None:
        return
    for company in claims.companies:
        holder = index.code_holder(api=api, company=company, code=claims.code)
        if holder not in (None, code):
            yield f"{api.code} {claims.code} is already used in company {company} by externalCode {holder}"


def _bank_accounts(index: P2PIndex, code: str, claims: Claims) -> Iterator[str]:
    for account in sorted({a for a in claims.bank_accounts if claims.bank_accounts.count(a) > 1}):
        yield f"Bank account ending {account[-4:]} is on this vendor more than once"
    for account in claims.bank_accounts:
        holder = index.bank_account_holder(account)
        if len(account) > LONGEST_BANK_ACCOUNT:
            yield f"Bank account ending {account[-4:]} is longer than {LONGEST_BANK_ACCOUNT} characters"
        if holder not in (None, code):
            yield f"Bank account ending {account[-4:]} is already used by the vendor with externalCode {holder}"


def _missing(tenant: Tenant, index: P2PIndex, api: ImportApi, content: dict[str, Any]) -> Iterator[str]:
    if api.name != VENDORS or "paymentTerms" not in content:
        return
    terms = IMPORT_APIS[PAYMENT_TERMS]
    code = content["paymentTerms"]["paymentTermCode"]
    if code not in tenant.settings.imports.manual_payment_terms and not index.knows(api=terms, code=code):
        yield f"PaymentTermCode {code} does not exist"


def _columns(api: str, content: dict[str, Any]) -> Iterator[str]:
    key = list_key(api)
    if key is None:
        return
    capacity = LIST_CAPACITIES[key]
    most = {"text": capacity.texts, "number": capacity.numbers, "dateValue": capacity.dates}
    for name, value in content.items():
        column = _COLUMN.fullmatch(name)
        if column is None or value is None:
            continue
        if int(column[2]) > most[column[1]]:
            yield f"EXT_{key} has no column {name}"
        elif column[1] == "text" and len(value) > capacity.longest:
            yield f"{name} is longer than the {capacity.longest} characters of its column in EXT_{key}"
