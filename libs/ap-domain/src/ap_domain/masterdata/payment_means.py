"""Bank accounts as Basware's payment means: each account once, IBAN and BBAN of one account tied together.

Basware wants every bank account of its suppliers to be there once (Basware's API FAQ). Within a supplier that is
seen to here; across suppliers only Basware can tell, and says so when it refuses the record.
"""

from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["payment_means"]

_IBAN, _BBAN = "IBAN", "BBAN"


def payment_means(bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The payment means, the default one first; `bodies` are in the order of their keys and as the rules make them:
    `financialInstitution`, `financialAccountIdentifiers` and `accountHolderName` still flat.

    An account that several locations share is sent once, as that of the default location or else of the first.
    Payment means without an account number are left out, and at most one is the default.
    """
    made: list[dict[str, Any]] = []
    known: set[tuple[str, str]] = set()
    for body in sorted(bodies, key=lambda each: each.get("default") is not True):
        account = _account(body)
        if account is None:
            continue
        same = _identity(account)
        if same in known:
            continue
        known.add(same)
        flat = ("financialInstitution", "financialAccountIdentifiers", "accountHolderName")
        kept = {name: value for name, value in body.items() if name not in flat}
        if made and kept.get("default") is True:
            kept["default"] = False
        made.append({**kept, "financialAccounts": [account]})
    return made


def _account(body: dict[str, Any]) -> dict[str, Any] | None:
    identifiers = [
        _identifier(each["schemeId"], str(each["id"]), body)
        for each in body.get("financialAccountIdentifiers", ())
    ]
    if not identifiers:
        return None
    _tie(identifiers)
    account: dict[str, Any] = {"financialAccountIdentifiers": identifiers}
    if institution := body.get("financialInstitution"):
        account["financialInstitution"] = {"name": "", **institution}
    return account


def _identifier(scheme: str, number: str, body: dict[str, Any]) -> dict[str, Any]:
    written = "".join(number.split()).upper() if scheme == _IBAN else number
    identifier: dict[str, Any] = {"schemeId": scheme, "id": written}
    for name in ("default", "accountHolderName"):
        if name in body:
            identifier[name] = body[name]
    return identifier


def _tie(identifiers: Iterable[dict[str, Any]]) -> None:
    by_scheme = {each["schemeId"]: each for each in identifiers}
    if _IBAN in by_scheme and _BBAN in by_scheme:
        iban, bban = by_scheme[_IBAN], by_scheme[_BBAN]
        iban["linkedBbanOrIban"], bban["linkedBbanOrIban"] = bban["id"], iban["id"]


def _identity(account: dict[str, Any]) -> tuple[str, str]:
    numbers = {each["schemeId"]: each["id"] for each in account["financialAccountIdentifiers"]}
    if _IBAN in numbers:
        return _IBAN, numbers[_IBAN]
    bank = account.get("financialInstitution", {}).get("id", "")
    return bank, next(iter(numbers.values()))
