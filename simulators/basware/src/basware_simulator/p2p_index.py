"""What must be unique in P2P: a record's code within a company, a bank account among all vendors."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .import_apis import VENDORS, ImportApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What one version of a record lays claim to."""

    code: str | None
    companies: tuple[str, ...]
    bank_accounts: tuple[str, ...]


def claims_of(api: ImportApi, content: dict[str, Any]) -> Claims:
    """Read them from a record that has the shape of its import."""
    return Claims(
        code=content[api.code] if api.code else None,
        companies=tuple(company["companyCode"] for company in content.get("companies") or ()),
        bank_accounts=tuple(_bank_accounts(content)) if api.name == VENDORS else (),
    )


def _bank_accounts(vendor: dict[str, Any]) -> Iterator[str]:
    for mean in vendor.get("paymentMeans") or ():
        for account in mean.get("financialAccounts") or ():
            for identifier in account.get("financialAccountIdentifiers") or ():
                if identifier.get("id"):
                    yield identifier["id"]


class P2PIndex:
    """Who holds what, for one tenant."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str, str], str] = {}
        self._known: dict[tuple[str, str], int] = {}
        self._bank_accounts: dict[str, str] = {}

    def replace(self, *, api: ImportApi, holder: str, old: str, new: str) -> None:
        """Give up what an old version held and take what a new one holds; an empty text holds nothing."""
        if old:
            self._release(api, holder, claims_of(api, json.loads(old)))
        if new:
            self._take(api, holder, claims_of(api, json.loads(new)))

    def code_holder(self, *, api: ImportApi, company: str, code: str) -> str | None:
        """The external code of the record that has this code in this company."""
        return self._codes.get((api.name, company, code))

    def bank_account_holder(self, account: str) -> str | None:
        """The external code of the vendor that has this bank account."""
        return self._bank_accounts.get(account)

    def knows(self, *, api: ImportApi, code: str) -> bool:
        """Whether any company has a record of this code."""
        return (api.name, code) in self._known

    def _take(self, api: ImportApi, holder: str, claims: Claims) -> None:
        if claims.code is not None:
            for company in claims.companies:
                self._codes[api.name, company, claims.code] = holder
            known = (api.name, claims.code)
            self._known[known] = self._known.get(known, 0) + 1
        for account in claims.bank_accounts:
            self._bank_accounts[account] = holder

    def _release(self, api: ImportApi, holder: str, claims: Claims) -> None:
        if claims.code is not None:
            for company in claims.companies:
                if self._codes.get((api.name, company, claims.code)) == holder:
                    del self._codes[api.name, company, claims.code]
            known = (api.name, claims.code)
            self._known[known] -= 1
            if not self._known[known]:
                del self._known[known]
        for account in claims.bank_accounts:
            if self._bank_accounts.get(account) == holder:
                del self._bank_accounts[account]
