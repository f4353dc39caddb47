"""Making a connection's two systems exist in the simulators: Basware tenant, webhook, PeopleSoft site."""

from pathlib import Path

from devstack.connection_spec import ConnectionSecrets, ConnectionSpec
from devstack.control import ControlApi


async def register(
    spec: ConnectionSpec,
    *,
    secrets: ConnectionSecrets,
    webhook: str,
    basware_url: str,
    peoplesoft_url: str,
) -> None:
    """Tell both simulators of a connection; `webhook` need not answer yet. Refused with their words.

    A connection on another one's tenant brings no subscription: Basware has one per tenant. The tenant then takes
    documents of any company.
    """
    async with ControlApi(name="Basware", base_url=basware_url) as basware:
        await basware.post(
            "tenants",
            {
                "tenant": spec.tenant_id,
                "client_id": spec.client_id,
                "client_secret": _read(secrets.basware_client),
                "company_codes": [] if spec.tenant else spec.company_codes,
            },
        )
        if not spec.tenant:
            await basware.post(
                "subscriptions",
                {
                    "tenant": spec.id,
                    "url": webhook,
                    "secret": _read(secrets.webhook),
                    "signature_encoding": "hex",
                },
            )
    async with ControlApi(name="PeopleSoft", base_url=peoplesoft_url) as peoplesoft:
        await peoplesoft.post(
            "sites",
            {
                "node": spec.node,
                **spec.site,
                "ci_name": spec.ci_name,
                "operator": spec.operator,
                "password": _read(secrets.peoplesoft),
            },
        )


def _read(file: Path) -> str:
    return file.read_text()
