"""Small, complete records of every import, for tests and demos."""

from collections.abc import Callable
from typing import Any

_NAMED = ({"translation": "Sample text", "language": "en-US"},)
_PERIOD = ("2020-01-01T00:00:00Z", "2099-12-31T00:00:00Z")


def vendor(code: str, **changes: Any) -> dict[str, Any]:
    """A vendor of company BW00 without payment terms and bank accounts."""
    held = {
        "externalCode": code,
        "vendorCode": code,
        "name": f"Supplier {code}",
        "companies": [{"companyCode": "BW00", "inheritToChildUnits": False}],
        "processingStatus": {"active": True, "paymentDenied": False},
    }
    return held | changes


def payment_means(*accounts: str) -> list[dict[str, Any]]:
    """Bank accounts as a vendor carries them."""
    bank = {"name": "Bank", "id": "NDEAFIHH", "schemeId": "BIC"}
    return [
        {
            "paymentMeansCode": "ACH",
            "currencyCode": "EUR",
            "financialAccounts": [
                {
                    "financialInstitution": bank,
                    "financialAccountIdentifiers": [{"schemeId": "IBAN", "id": account}],
                }
            ],
        }
        for account in accounts
    ]


def payment_term(code: str, **changes: Any) -> dict[str, Any]:
    """A payment term of company BW00."""
    held = {
        "externalCode": code,
        "paymentTermCode": code,
        "paymentTermNames": list(_NAMED),
        "validFrom": _PERIOD[0],
        "validTo": _PERIOD[1],
        "companies": [{"companyCode": "BW00", "inherit": False, "active": True}],
    }
    return held | changes


def tax_code(code: str, **changes: Any) -> dict[str, Any]:
    """A tax code of company BW00."""
    held = {
        "externalCode": code,
        "taxCode": code,
        "taxCodeNames": list(_NAMED),
        "taxPercentage": 19,
        "companies": [{"companyCode": "BW00", "inherit": False, "active": True}],
    }
    return held | changes


def account(code: str, **changes: Any) -> dict[str, Any]:
    """A general ledger account of company BW00."""
    held = {
        "externalCode": code,
        "accountCode": code,
        "accountNames": list(_NAMED),
        "companies": [{"companyCode": "BW00", "inherit": False, "active": True}],
    }
    return held | changes


def cost_center(code: str, **changes: Any) -> dict[str, Any]:
    """A cost centre of company BW00."""
    held = {
        "externalCode": code,
        "costCenterCode": code,
        "costCenterNames": list(_NAMED),
        "companies": [{"companyCode": "BW00", "active": True}],
    }
    return held | changes


def project(code: str, **changes: Any) -> dict[str, Any]:
    """A project of company BW00."""
    held = {
        "externalCode": code,
        "projectCode": code,
        "projectName": f"Project {code}",
        "validFrom": _PERIOD[0],
        "validUntil": _PERIOD[1],
        "companies": [{"companyCode": "BW00", "active": True}],
    }
    return held | changes


def exchange_rate(code: str, **changes: Any) -> dict[str, Any]:
    """An exchange rate of company BW00."""
    held = {
        "externalCode": code,
        "rate": 1,
        "currencyCodeFrom": "USD",
        "currencyCodeTo": "EUR",
        "validFrom": _PERIOD[0],
        "companies": [{"companyCode": "BW00", "active": True}],
    }
    return held | changes


def list_item(code: str, **changes: Any) -> dict[str, Any]:
    """An item of a generic list, of company BW00."""
    held = {
        "externalCode": code,
        "text_1": code,
        "text_2": "Sample text",
        "companies": [{"companyCode": "BW00", "active": True}],
    }
    return held | changes


SAMPLES: dict[str, Callable[..., dict[str, Any]]] = {
    "paymentTerms": payment_term,
    "taxCodes": tax_code,
    "accounts": account,
    "costCenters": cost_center,
    "projects": project,
    "exchangeRates": exchange_rate,
    "vendors": vendor,
    "lists/ACC_LIST_1": list_item,
}
