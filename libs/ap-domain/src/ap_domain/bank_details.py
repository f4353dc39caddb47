"""Account numbers of suppliers, kept out of what people read: messages, audit, logs.

Basware's fields for them are supplierBankIBAN, supplierBankBBAN, supplierBankBIC and supplierBankName (P2P OpenAPI
26.06); PeopleSoft's properties have BANK, BNK, IBAN or BIC in their names.
"""

import re
from collections.abc import Sequence

__all__ = ["masked", "names_bank_details", "without_account_numbers"]

_NAMES = re.compile("bank|bnk|iban|bban|bic", re.IGNORECASE)
_IBAN = r"\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b"
_NUMBER = r"\b(?![0-9]{4}-[0-9]{2}-[0-9]{2})[0-9](?:[ -]?[0-9]){7,33}\b"
_ACCOUNT = re.compile(f"{_IBAN}|{_NUMBER}")
_SHOWN = 4
_HIDDEN = "****"


def names_bank_details(field: str) -> bool:
    """Whether a field of Basware or a property of PeopleSoft, by its name or path, holds bank details."""
    return _NAMES.search(field) is not None


def masked(value: str, *names: str) -> str:
    """The value, unreadable but for its last 4 characters if one of the names says that it holds bank details.

    Of a value of up to 8 characters nothing is shown.
    """
    if not value or not any(map(names_bank_details, names)):
        return value
    return _HIDDEN + (value[-_SHOWN:] if len(value) > 2 * _SHOWN else "")


def without_account_numbers(text: str, *, known: Sequence[str] = ()) -> str:
    """`text` with all that looks like an account number hidden but for its last 4 characters.

    Basware names the bank account when it refuses one (P2P FAQ: each must be unique), so its words may hold one.
    What stands in one of `known` (a record's own code) may be shown.
    """

    def hide(found: re.Match[str]) -> str:
        return found[0] if any(found[0] in each for each in known) else _HIDDEN + found[0][-_SHOWN:]

    return _ACCOUNT.sub(hide, text)
