"""Account numbers of suppliers, kept out of what people read: messages, audit, logs.

Basware's fields for them are supplierBankIBAN, supplierBankBBAN, supplierBankBIC and supplierBankName (P2P OpenAPI
26.06); PeopleSoft's properties have BANK, BNK, IBAN or BIC in their names.
"""

import re

from ap_domain.account_numbers import without_account_numbers

__all__ = ["masked", "names_bank_details", "without_account_numbers"]

_NAMES = re.compile("bank|bnk|iban|bban|bic", re.IGNORECASE)
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
