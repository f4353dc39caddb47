from collections.abc import Callable
from typing import Any

import pytest
import yaml
from chassis.connections.secrets import KeyRing

WELL = """
connection: acme
stage: test
basware:
  base_url: http://127.0.0.1:9001
  client_id: acme-client
  client_secret: {value: secret-client}
  stage: test
  company_codes: [BW00]
  webhook_secrets: [{value: secret-hook}, {value: secret-hook-before}]
peoplesoft:
  base_url: https://ps.example.org/PSIGW/
  node: PSFT_EP
  stage: test
  operator: APSTREAM
  password: {value: secret-password}
  component_interface: {name: AP_VOUCHER, wsdl: CI_AP_VOUCHER.1.wsdl}
  business_units: [US001]
  settle_seconds: 60
mapping:
  business_units: {BW00: US001}
  setid: SHARE
"""

Written = Callable[[dict[str, Any]], str]


@pytest.fixture
def written() -> Written:
    """A good connection document with values at dotted paths replaced (None takes the key out), as YAML."""

    def write(changes: dict[str, Any]) -> str:
        document = yaml.safe_load(WELL)
        for path, value in changes.items():
            *parents, last = path.split(".")
            section = document
            for parent in parents:
                section = section[parent]
            if value is None:
                del section[last]
            else:
                section[last] = value
        return yaml.safe_dump(document)

    return write


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing({"k1": b"1" * 32})
