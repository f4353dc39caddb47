"""A connection of a stack: what both simulators must know of it, and the document that is applied."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from devstack.secret_files import SecretFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSecrets:
    """Files with the secrets both sides of a connection share with us."""

    basware_client: Path
    webhook: Path
    peoplesoft: Path

    @classmethod
    def make(cls, connection: str, files: SecretFiles, *, tenant: str) -> "ConnectionSecrets":
        """What a tenant's connections share with Basware is the tenant's."""
        return cls(
            basware_client=files.make(f"{tenant}-basware"),
            webhook=files.make(f"{tenant}-webhook"),
            peoplesoft=files.make(f"{connection}-peoplesoft"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSpec:
    """What differs between the connections of a stack.

    `business_units` maps Basware company codes to PeopleSoft business units. Each connection is a Basware
    tenant of its own, named as itself, unless `tenant` names another connection's: then they share its API client
    and its webhook subscription. Connections that share a node need different business units
    and operators; any other node becomes a site of its own with the simulator's starting data, shaped by `site`
    (the simulator's own fields: component interface, prefixes, renames, nesting).
    `basware`, `peoplesoft` and `mapping` are merged into those parts of the connection document, `document_extra`
    into the document itself; `masterdata` and `payments` are its sections as they stand.
    """

    id: str
    node: str = "PSFT_EP"
    operator: str = "APSTREAM"
    business_units: Mapping[str, str] = field(default_factory=lambda: {"BW00": "US001"})
    basware: Mapping[str, Any] = field(default_factory=dict)
    peoplesoft: Mapping[str, Any] = field(default_factory=dict)
    mapping: Mapping[str, Any] = field(default_factory=dict)
    masterdata: Mapping[str, Any] = field(default_factory=dict)
    payments: Mapping[str, Any] = field(default_factory=dict)
    tenant: str = ""
    site: Mapping[str, Any] = field(default_factory=dict)
    document_extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tenant_id(self) -> str:
        return self.tenant or self.id

    @property
    def client_id(self) -> str:
        return f"{self.tenant_id}-client"

    @property
    def ci_name(self) -> str:
        return str(self.site.get("ci_name", "AP_VOUCHER"))

    @property
    def company_codes(self) -> list[str]:
        return list(self.business_units)

    def document(
        self, *, basware_url: str, peoplesoft_url: str, secrets: ConnectionSecrets
    ) -> dict[str, Any]:
        """The connection document, secrets as references to their files."""
        return {
            "connection": self.id,
            "stage": "test",
            **self.document_extra,
            "basware": {
                "base_url": basware_url,
                "client_id": self.client_id,
                "client_secret": {"file": str(secrets.basware_client)},
                "stage": "test",
                "company_codes": self.company_codes,
                "webhook_secrets": [{"file": str(secrets.webhook)}],
                **self.basware,
            },
            "peoplesoft": {
                "base_url": peoplesoft_url,
                "node": self.node,
                "stage": "test",
                "operator": self.operator,
                "password": {"file": str(secrets.peoplesoft)},
                "authentication": "basic",
                "component_interface": {"name": self.ci_name, "wsdl": f"CI_{self.ci_name}.1.wsdl"},
                "business_units": sorted(set(self.business_units.values())),
                "settle_seconds": 60,
                "match": ["BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID"],
                **self.peoplesoft,
            },
            "mapping": {
                "business_units": dict(self.business_units),
                "setid": "SHARE",
                "gl_business_units": dict(self.business_units),
                "suppliers": {},
                "origin": "BSW",
                **self.mapping,
            },
            **({"masterdata": dict(self.masterdata)} if self.masterdata else {}),
            **({"payments": dict(self.payments)} if self.payments else {}),
        }

    def write(self, file: Path, *, basware_url: str, peoplesoft_url: str, secrets: ConnectionSecrets) -> None:
        """The document as YAML, as `apstream connection apply` reads it."""
        document = self.document(basware_url=basware_url, peoplesoft_url=peoplesoft_url, secrets=secrets)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(document, sort_keys=False))
