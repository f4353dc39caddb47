"""Records that are imported, and what Basware's import answers."""

import json
from collections.abc import Mapping

from basware.testing import Canned

VENDORS = "/v1/vendors"


def records(*codes: str) -> list[str]:
    return [json.dumps({"externalCode": code}) for code in codes]


def echo(*codes: str, headers: dict[str, str] | None = None) -> Canned:
    return Canned.of_json([{"externalCode": code, "name": "x"} for code in codes], headers=headers)


def errors(*found: Mapping[str, object], status: int = 400) -> Canned:
    return Canned.of_json({"requestId": "r-1", "hasErrors": True, "errors": list(found)}, status=status)
