"""For tests and demos: a customer that calls the simulator and orders through its control API, and a webhook."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from .import_apis import IMPORT_APIS, api_named

MASTER_DATA_SCOPES = " ".join(f"{name}.{right}" for name in IMPORT_APIS for right in ("read", "write"))
ALL_SCOPES = (
    "accountingDocuments.read accountingDocuments.write requestStatus.read requestStatus.write "
    f"subscriptions.read subscriptions.write subscriptions.delete {MASTER_DATA_SCOPES}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body parsed."""
        return json.loads(self.body)


class ControlError(RuntimeError):
    """The control API refused an order; the message holds its words."""


@dataclass(slots=True, kw_only=True)
class Customer:
    """One tenant of a running simulator.

    Args:
        url: the API's origin; the control API lies under the same.
        token: the access token of the latest `log_in`.
    """

    session: aiohttp.ClientSession
    url: str
    tenant: str = "acme"
    client_secret: str = field(default="s3cret", repr=False)
    token: str = field(default="", repr=False)

    async def send(self, method: str, url: str, **options: Any) -> Reply:
        """Send a request as it is; redirects are not followed."""
        async with self.session.request(method, url, allow_redirects=False, **options) as answer:
            return Reply(status=answer.status, headers=answer.headers, body=await answer.read())

    async def call(self, method: str, path: str, **options: Any) -> Reply:
        """Call Basware's API with the access token."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return await self.send(method, self.url + path, headers=headers, **options)

    async def control(self, method: str, path: str, order: Any = None) -> Any:
        """Call the control API.

        Raises:
            ControlError: it refused.
        """
        reply = await self.send(method, f"{self.url}/control/{path}", json=order)
        if reply.status != 200:
            raise ControlError(f"{method} {path}: {reply.status} {reply.body.decode()}")
        return reply.json()

    async def enter(self, *company_codes: str) -> None:
        """Make the tenant, and log in."""
        await self.control(
            "POST",
            "tenants",
            {
                "tenant": self.tenant,
                "client_id": f"{self.tenant}-client",
                "client_secret": self.client_secret,
                "company_codes": company_codes,
            },
        )
        await self.log_in()

    async def log_in(self, scope: str = ALL_SCOPES) -> Reply:
        """Fetch a token and use it from then on."""
        basic = aiohttp.encode_basic_auth(f"{self.tenant}-client", self.client_secret)
        form = {"grant_type": "client_credentials", "scope": scope}
        reply = await self.send("POST", f"{self.url}/v1/tokens", data=form, headers={"Authorization": basic})
        self.token = reply.json().get("access_token", "")
        return reply

    async def settings(self, **changes: Any) -> None:
        """Change settings of the tenant."""
        await self.control("POST", "settings", {"tenant": self.tenant} | changes)

    async def fault(self, operation: str, kind: str, **order: Any) -> None:
        """Order a fault."""
        await self.control("POST", "faults", {"operation": operation, "kind": kind} | order)

    async def advance(self, seconds: float) -> None:
        """Move the simulated clock forward."""
        await self.control("POST", "clock", {"advance_seconds": seconds})

    async def approve(self, seed: int = 1, **order: Any) -> str:
        """Approve a sample invoice of two coding rows and give its id."""
        document = await self.control("GET", f"sample?seed={seed}&rows=2")
        order = {"tenant": self.tenant, "document": document} | order
        return str((await self.control("POST", "documents", order))["invoiceId"])

    async def fetch(self, invoice_id: str) -> Reply:
        """Read a document, following its redirect without credentials."""
        reply = await self.call("GET", f"/v1/accountingDocuments/{invoice_id}")
        return await self.send("GET", reply.headers["Location"]) if reply.status == 302 else reply

    async def acknowledge(self, invoice_id: str) -> Reply:
        """Acknowledge a document."""
        return await self.call("POST", f"/v1/accountingDocuments/{invoice_id}/acknowledge")

    async def respond(self, invoice_id: str, code: str = "code-1", **changes: Any) -> Reply:
        """Post a transfer response, a success unless the changes say otherwise."""
        body = transfer_response(code) | changes
        return await self.call("POST", f"/v1/accountingDocuments/{invoice_id}/transferResponses", json=body)

    async def transferred(self, seed: int = 1, *, voucher: str = "00000001", **changes: Any) -> str:
        """Put an invoice there that was transferred, or as the changes have it, before anybody subscribed."""
        document = await self.control("GET", f"sample?seed={seed}&rows=2")
        document |= {"voucherNumber1": voucher, **changes.pop("document", {})}
        order = {"tenant": self.tenant, "document": document, "status": "Transferred", "deliver": False}
        return str((await self.control("POST", "documents", order | changes))["invoiceId"])

    async def pay(self, invoice_id: str, code: str = "pay-1", **changes: Any) -> Reply:
        """Post a payment response that tells of nothing but what the changes say."""
        body = {"externalCode": code, "success": True, "paymentBlock": False} | changes
        return await self.call("POST", f"/v1/accountingDocuments/{invoice_id}/paymentResponses", json=body)

    async def paid(self, invoice_id: str) -> Any:
        """What a clerk sees of a payment, and what became of every response."""
        return await self.control("GET", f"documents/{invoice_id}/payment?tenant={self.tenant}")

    async def request_status(self, reply: Reply) -> Reply:
        """Ask what became of a call."""
        return await self.call("GET", f"/v1/requestStatus/{reply.headers['x-amzn-RequestId']}")

    async def post_records(self, api: str, *records: Any) -> Reply:
        """Import records; `api` such as ``vendors`` or ``lists/ACC_LIST_1``."""
        body = io.BytesIO(json.dumps(records).encode())
        headers = {"Content-Type": "application/json"}
        return await self.call("POST", _address(api), data=body, headers=headers)

    async def read_records(self, api: str, query: str = "", **options: Any) -> Reply:
        """Read one page of an import."""
        return await self.call("GET", f"{_address(api)}{query}", **options)

    async def items(self, reply: Reply) -> dict[str, tuple[str, list[str]]]:
        """Status and words of every item of an import, by external code."""
        [request] = (await self.request_status(reply)).json()["requestStatus"]
        return {
            item["externalCode"]: (item["status"], [error["message"] for error in item["errors"]])
            for item in request["systems"][0]["items"]
        }

    async def seen(self, invoice_id: str) -> Any:
        """What the books say of a document."""
        return await self.control("GET", f"documents/{invoice_id}?tenant={self.tenant}")


def _address(api: str) -> str:
    return f"/v{api_named(api).version}/{api}"


def transfer_response(code: str = "code-1") -> dict[str, Any]:
    """A response that says an invoice became a voucher."""
    return {
        "externalCode": code,
        "success": True,
        "responseMessage": "Posted as voucher 00000001",
        "paymentBlock": False,
        "voucherNumber1": "00000001",
    }


@dataclass(slots=True, kw_only=True)
class Webhook:
    """Takes notifications and answers with the statuses it was told, 200 when it was told none."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int, *, seconds: float = 5) -> list[tuple[dict[str, str], bytes]]:
        """Headers and bodies of all notifications, once there are so many.

        Raises:
            TimeoutError: there are fewer for too long.
        """
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def take(self, request: web.Request) -> web.Response:
        """Handle one POST."""
        body = await request.read()
        async with self.arrived:
            self.received.append((dict(request.headers), body))
            self.arrived.notify_all()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def listening_webhook() -> AsyncIterator[Webhook]:
    """A webhook on a free port of this machine."""
    webhook = Webhook()
    app = web.Application()
    app.router.add_post("/webhooks/acme", webhook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        webhook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/acme"
        yield webhook
    finally:
        await runner.cleanup()
